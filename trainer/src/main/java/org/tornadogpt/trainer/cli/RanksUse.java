package org.tornadogpt.trainer.cli;

import java.util.Optional;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.model.optimizer.Optimizer;
import org.tornadogpt.trainer.ranks.Agreement;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;

/**
 * How a run uses its ranks.
 *
 * @param exchange how they add up gradients
 */
public record RanksUse(Ranks ranks, Exchange exchange) {
    private static final String LOCAL_RANK = "{localRank}";
    private static final String MICRO_STEPS = "microSteps";

    /** What the user gave, with a micro-step for each rank where nothing else was said. */
    public Values complete(Values given) {
        if (ranks.size() == 1 || given.get(MICRO_STEPS).isPresent()) {
            return given;
        }
        Values values = new Values();
        values.putAll(given);
        values.set(MICRO_STEPS, String.valueOf(ranks.size()));
        return values;
    }

    /** Which micro-steps are this rank's. */
    public MicroSteps microSteps(TrainSettings settings) {
        return new MicroSteps(ranks.rank(), ranks.size(), settings.batches().microSteps());
    }

    /**
     * Whether the micro-steps can be dealt out.
     *
     * @throws UsageException if not
     */
    public void check(TrainSettings settings) {
        int microSteps = settings.batches().microSteps();
        if (microSteps % ranks.size() != 0) {
            throw new UsageException("microSteps=" + microSteps + " cannot be dealt out evenly to " + ranks.size()
                    + " ranks: take a number of ranks that divides it");
        }
        if (exchange == Exchange.SHARDED
                && ranks.size() > 1
                && settings.optimizer().method() == Optimizer.Method.MUON) {
            throw new UsageException(
                    "optimizer=muon needs whole matrices, and --exchange sharded parts them among ranks:"
                            + " take exact or fast");
        }
    }

    /** The device of this rank: each of a machine may have its own. */
    public String device(TrainSettings settings) {
        return settings.device().replace(LOCAL_RANK, String.valueOf(ranks.localRank()));
    }

    /** Threads of this rank: those of a machine share its processors. */
    public int threads(TrainSettings settings) {
        return settings.threads() == 0 && ranks.localSize() > 1
                ? Math.max(1, Runtime.getRuntime().availableProcessors() / ranks.localSize())
                : settings.threads();
    }

    /** Of several, for the user. */
    public Optional<String> describe() {
        return ranks.size() == 1
                ? Optional.empty()
                : Optional.of(ranks.size() + " (" + ranks.description() + "), gradients exchanged " + exchange);
    }

    /** Makes sure that all ranks are about to do the same. */
    void agree(RunParts parts) {
        Agreement agreement = new Agreement(ranks);
        agreement.on("program", Version.text() + ", " + Version.jvm());
        agreement.on("text (" + parts.settings().data() + ")", parts.texts().sha256());
        agreement.on(
                "settings",
                settings(parts.settings()) + exchange + parts.kernels().names());
    }

    /** All but what may differ: where the text lies, and the device. */
    private static String settings(TrainSettings settings) {
        Values values = settings.values();
        StringBuilder text = new StringBuilder();
        for (String key : values.keys()) {
            if (!key.equals("data") && !key.equals("device") && !key.equals("threads")) {
                text.append(key).append('=').append(values.get(key).orElse("")).append('\n');
            }
        }
        return text.toString();
    }
}
