package org.tornadogpt.trainer.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;

/** A short reading of a run: where it was best, whether it overfitted, whether the model had text enough. */
public final class RunReport {
    /** Tokens per parameter at which Hoffmann et al. (2022, "Chinchilla") found model and data in balance. */
    private static final double CHINCHILLA = 20;

    /** Rises of the validation loss up to this share of it are noise. */
    private static final double NOISE = 0.005;

    private RunReport() {}

    /**
     * The lines to show.
     *
     * @param evaluations of the whole run, in order
     * @param parameters of the model
     * @param tokensPerStep see the batch settings
     */
    public static List<String> of(List<Metric> evaluations, Split split, long parameters, long tokensPerStep) {
        List<String> lines = new ArrayList<>();
        if (!evaluations.isEmpty()) {
            Metric best = evaluations.stream()
                    .min(Comparator.comparing(Metric::valLoss))
                    .orElseThrow();
            Metric last = evaluations.get(evaluations.size() - 1);
            lines.add(String.format(
                    Locale.ROOT,
                    "best validation loss %.4f at step %d of %d",
                    best.valLoss(),
                    best.step(),
                    last.step()));
            lines.add(split.holdsOut() ? overfitting(best, last) : "nothing was held out: overfitting cannot be seen");
            lines.add(balance(last.step() * tokensPerStep, split.training().length(), parameters));
        }
        return lines;
    }

    private static String overfitting(Metric best, Metric last) {
        if (best.step() == last.step()) {
            return "no overfitting: the validation loss was lowest at the end, more steps may lower it further";
        }
        boolean worse = last.valLoss() > best.valLoss() * (1 + NOISE);
        if (worse && last.trainLoss() < best.trainLoss()) {
            return String.format(
                    Locale.ROOT,
                    "overfitting since about step %d: from there training loss fell %.4f -> %.4f while validation loss rose"
                            + " %.4f -> %.4f",
                    best.step(),
                    best.trainLoss(),
                    last.trainLoss(),
                    best.valLoss(),
                    last.valLoss());
        }
        return worse
                ? String.format(
                        Locale.ROOT,
                        "validation loss rose to %.4f after its best, and so did training loss: not overfitting but unstable",
                        last.valLoss())
                : "no overfitting: the validation loss has stayed level since its best";
    }

    private static String balance(long seen, long text, long parameters) {
        double perParameter = (double) seen / parameters;
        String verdict = perParameter < CHINCHILLA / 2
                ? "the model could learn from more"
                : perParameter > CHINCHILLA * 2
                        ? "a larger model could use them better"
                        : "model and training are in balance";
        return String.format(
                Locale.ROOT,
                "%,d tokens seen, %.1f per parameter (Chinchilla: about %.0f): %s; the training text was read %.1f times and"
                        + " holds %.1f per parameter",
                seen,
                perParameter,
                CHINCHILLA,
                verdict,
                (double) seen / text,
                (double) text / parameters);
    }
}
