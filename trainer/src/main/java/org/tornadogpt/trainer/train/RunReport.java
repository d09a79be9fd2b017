package org.tornadogpt.trainer.train;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;

/**
 * A short reading of a run, no more than its figures bear: where it was best, whether it overfitted, whether the
 * model had text enough.
 */
public final class RunReport {
    /** Tokens per parameter at which Hoffmann et al. (2022, "Chinchilla") found model and data in balance. */
    private static final double CHINCHILLA = 20;

    /** Passes over a text up to which it teaches about as much as new text would (Muennighoff et al. 2023). */
    private static final double PASSES = 4;

    /** Rises of the validation loss up to this share of it are noise. */
    private static final double NOISE = 0.005;

    /** Evaluations below which a curve has no shape. */
    private static final int FEWEST = 5;

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
            Metric last = evaluations.getLast();
            lines.add(String.format(
                    Locale.ROOT,
                    "best validation loss %.4f at step %d of %d",
                    best.valLoss(),
                    best.step(),
                    last.step()));
            lines.add(verdict(evaluations, best, last, split.holdsOut()));
            lines.addAll(balance(last.step() * tokensPerStep, split.training().length(), parameters));
        }
        return lines;
    }

    private static String verdict(List<Metric> evaluations, Metric best, Metric last, boolean heldOut) {
        if (exploded(evaluations.getFirst(), last)) {
            return String.format(
                    Locale.ROOT,
                    "unstable: the training loss exploded, from %.4f untrained and %.4f at step %d to %.4f; a lower"
                            + " learningRate, a warm-up (warmupSteps) or clip may help",
                    evaluations.getFirst().trainLoss(),
                    best.trainLoss(),
                    best.step(),
                    last.trainLoss());
        }
        if (!heldOut) {
            return "nothing was held out: overfitting cannot be seen";
        }
        if (evaluations.size() < FEWEST) {
            return String.format(
                    Locale.ROOT,
                    "whether it overfits cannot be told from %d evaluation%s (evalInterval sets how many there are)",
                    evaluations.size(),
                    evaluations.size() == 1 ? "" : "s");
        }
        return overfitting(best, last);
    }

    /** Whether the model has come to know less than before its first step. */
    private static boolean exploded(Metric first, Metric last) {
        return first.step() == 0 && last.step() > 0 && last.trainLoss() > first.trainLoss() * (1 + NOISE);
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

    private static List<String> balance(long seen, long text, long parameters) {
        double perParameter = (double) seen / parameters;
        double passes = (double) seen / text;
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%,d tokens seen, %s per parameter (Chinchilla: about %.0f): %s",
                        seen,
                        amount(perParameter),
                        CHINCHILLA,
                        verdict(perParameter, passes)),
                String.format(
                        Locale.ROOT,
                        "%s; it holds %s tokens per parameter",
                        passes < 1
                                ? amount(100 * passes) + "% of the training text was read"
                                : "the training text was read " + amount(passes) + " times",
                        amount((double) text / parameters)));
    }

    private static String verdict(double perParameter, double passes) {
        if (perParameter < CHINCHILLA / 2) {
            return passes > PASSES
                    ? "the text is small for this model; more text would help more than more steps"
                    : "the model could learn from more";
        }
        if (perParameter > CHINCHILLA * 2) {
            return passes > PASSES
                    ? "a larger model could use more text than this"
                    : "a larger model could use them better";
        }
        return "model and training are in balance";
    }

    /** One decimal, or as many as it takes to tell it from nothing. */
    private static String amount(double value) {
        return value >= 0.1 || value == 0
                ? String.format(Locale.ROOT, "%,.1f", value)
                : new BigDecimal(value).round(new MathContext(1)).toPlainString();
    }
}
