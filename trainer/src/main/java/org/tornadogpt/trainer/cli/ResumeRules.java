package org.tornadogpt.trainer.cli;

import java.util.Set;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;

/** What may change when a run is resumed: nothing that would make it another run. */
final class ResumeRules {
    /**
     * A run that goes on for longer may spread its decay over more steps. The data may have moved; whether they are
     * the same text is checked by their checksum.
     */
    private static final Set<String> MAY_CHANGE = Set.of(
            "steps",
            "decaySteps",
            "data",
            "maxTextMegabytes",
            "maxFiles",
            "maxZipRatio",
            "device",
            "threads",
            "evalInterval",
            "evalBatches",
            "patience",
            "checkpointInterval",
            "checkpointMinutes",
            "logInterval",
            "sampleLength",
            "samplePrompt",
            "sampleTemperature",
            "sampleEvery");

    private ResumeRules() {}

    /**
     * The run's settings with the flags laid over them.
     *
     * @throws UsageException if a flag contradicts the run
     */
    static TrainSettings apply(Values stored, Values flags) {
        TrainSettings before = TrainSettings.of(stored);
        Values both = new Values();
        both.putAll(stored);
        both.putAll(flags);
        TrainSettings after = TrainSettings.of(both);
        Values oldValues = before.values();
        Values newValues = after.values();
        for (String key : newValues.keys()) {
            String old = oldValues.get(key).orElse("");
            String now = newValues.get(key).orElse("");
            if (!old.equals(now) && !MAY_CHANGE.contains(key)) {
                throw new UsageException("the run has " + key + "=" + old + ", which --resume cannot change to " + now
                        + ": leave it out, or start a new run");
            }
        }
        if (!before.kernels().equals(after.kernels())) {
            throw new UsageException(
                    "the run uses the kernels " + before.kernels() + ", which --resume cannot change to "
                            + after.kernels() + ": leave --kernel out, or start a new run");
        }
        return after;
    }
}
