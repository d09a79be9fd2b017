package org.tornadogpt.trainer.settings;

/**
 * How text is cut into batches.
 *
 * @param batch blocks per micro-step (B)
 * @param block tokens per block (T)
 * @param microSteps batches whose gradients are averaged for one step
 * @param validation share of the text held out, 0 to validate on the training text
 */
public record BatchSettings(int batch, int block, int microSteps, double validation) {
    public BatchSettings {
        Check.positive("batch", batch);
        Check.positive("block", block);
        Check.positive("microSteps", microSteps);
        Check.that(validation >= 0 && validation < 1, "validation", "in [0, 1)", validation);
        Check.that((long) batch * block < Integer.MAX_VALUE, "batch*block", "below 2^31", (long) batch * block);
    }

    static BatchSettings of(Values values) {
        return new BatchSettings(
                values.integer("batch"),
                values.integer("block"),
                values.integer("microSteps"),
                values.number("validation"));
    }

    /** Tokens that one step learns from. */
    public long tokensPerStep() {
        return (long) batch * block * microSteps;
    }
}
