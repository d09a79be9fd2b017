package org.tornadogpt.trainer.train;

/** A loss or gradient became NaN or infinite. The update was not made; the checkpoints are as they were. */
public final class DivergedException extends Exception {
    private static final long serialVersionUID = 1L;

    static final String ADVICE = "A lower learningRate, a warm-up (warmupSteps) or clip may help";

    private final long step;

    DivergedException(long step, String message) {
        super(message);
        this.step = step;
    }

    /** The step that could not be made, counted from 1; for an evaluation, the steps made before it. */
    public long step() {
        return step;
    }
}
