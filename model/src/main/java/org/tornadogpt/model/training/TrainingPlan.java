package org.tornadogpt.model.training;

import java.util.Objects;
import org.tornadogpt.model.AdamWSettings;

/**
 * How a model is trained. {@link #ofSteps} gives usual values, {@code with...} other ones.
 *
 * @param steps how many to take
 * @param batch sequences in one pass, B
 * @param microSteps passes whose gradients are averaged for one step
 * @param learningRate by number of the step, counted from the model's first one
 * @param optimizer AdamW's settings apart from the learning rate
 * @param listener told of every step
 */
public record TrainingPlan(
        int steps, int batch, int microSteps, LearningRate learningRate, AdamWSettings optimizer, Listener listener) {
    /** The learning rate of {@link #ofSteps}. */
    public static final double USUAL_RATE = 3e-4;

    private static final int USUAL_BATCH = 16;
    private static final float WEIGHT_DECAY = 0.01f;

    /** Told of every step. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A step is done.
         *
         * @param step how many steps the model has taken
         * @param loss mean over the step's tokens, before its update
         */
        void step(long step, float loss);
    }

    public TrainingPlan {
        positive("steps", steps);
        positive("batch", batch);
        positive("microSteps", microSteps);
        Objects.requireNonNull(learningRate);
        Objects.requireNonNull(optimizer);
        Objects.requireNonNull(listener);
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, got " + value);
        }
    }

    /** Batches of 16 sequences, a constant learning rate of 3e-4, AdamW as PyTorch has it, no clipping. */
    public static TrainingPlan ofSteps(int steps) {
        return new TrainingPlan(
                steps,
                USUAL_BATCH,
                1,
                LearningRate.constant(USUAL_RATE),
                new AdamWSettings((float) USUAL_RATE, 0.9f, 0.999f, 1e-8f, WEIGHT_DECAY, 0),
                (step, loss) -> {});
    }

    public TrainingPlan withBatch(int sequences) {
        return new TrainingPlan(steps, sequences, microSteps, learningRate, optimizer, listener);
    }

    public TrainingPlan withMicroSteps(int passes) {
        return new TrainingPlan(steps, batch, passes, learningRate, optimizer, listener);
    }

    /** The same rate at all steps. */
    public TrainingPlan withLearningRate(double rate) {
        return withLearningRate(LearningRate.constant(rate));
    }

    public TrainingPlan withLearningRate(LearningRate rate) {
        return new TrainingPlan(steps, batch, microSteps, rate, optimizer, listener);
    }

    /**
     * The same with another optimizer.
     *
     * @param settings whose learning rate is of no account
     */
    public TrainingPlan withOptimizer(AdamWSettings settings) {
        return new TrainingPlan(steps, batch, microSteps, learningRate, settings, listener);
    }

    public TrainingPlan withListener(Listener told) {
        return new TrainingPlan(steps, batch, microSteps, learningRate, optimizer, told);
    }
}
