package org.tornadogpt.model.training;

import java.util.Locale;

/**
 * The learning rate over time: linear warm-up, then constant or half a cosine.
 *
 * @param shape after the warm-up
 * @param highest rate at the end of the warm-up
 * @param lowest rate from {@code decaySteps} on, if {@code shape} is {@link Shape#COSINE}
 * @param warmupSteps steps of linear warm-up
 * @param decaySteps step at which cosine ends
 */
public record LearningRate(Shape shape, double highest, double lowest, int warmupSteps, int decaySteps) {
    /** How the rate goes on after the warm-up. */
    public enum Shape {
        CONSTANT,
        COSINE;

        /** In lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LearningRate {
        check("the highest learning rate must be positive", highest > 0, highest);
        check(
                "the lowest learning rate must be 0 to the highest, " + highest,
                lowest >= 0 && lowest <= highest,
                lowest);
        check("warm-up steps must not be negative", warmupSteps >= 0, warmupSteps);
        check(
                "the decay must end after the warm-up of " + warmupSteps + " steps",
                shape == Shape.CONSTANT || decaySteps > warmupSteps,
                decaySteps);
    }

    private static void check(String rule, boolean holds, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", got " + value);
        }
    }

    /** The same at all steps. */
    public static LearningRate constant(double rate) {
        return new LearningRate(Shape.CONSTANT, rate, 0, 0, 0);
    }

    /** Rises for {@code warmupSteps}, then falls to {@code lowest} at step {@code decaySteps}. */
    public static LearningRate cosine(double highest, double lowest, int warmupSteps, int decaySteps) {
        return new LearningRate(Shape.COSINE, highest, lowest, warmupSteps, decaySteps);
    }

    /** The rate of the update after {@code step} updates. */
    public float at(long step) {
        if (step < warmupSteps) {
            return (float) (highest * (step + 1) / (warmupSteps + 1));
        }
        if (shape == Shape.CONSTANT) {
            return (float) highest;
        }
        if (step >= decaySteps) {
            return (float) lowest;
        }
        double progress = (double) (step - warmupSteps) / (decaySteps - warmupSteps);
        double weight = 0.5 * (1 + Math.cos(Math.PI * progress));
        return (float) (lowest + weight * (highest - lowest));
    }
}
