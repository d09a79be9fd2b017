package org.tornadogpt.trainer.settings;

/**
 * The learning rate over time.
 *
 * @param shape after the warm-up
 * @param learningRate highest rate
 * @param minLearningRate rate from {@code decaySteps} on, if {@code shape} is {@link Shape#COSINE}
 * @param warmupSteps steps of linear warm-up
 * @param decaySteps step at which cosine ends
 */
public record ScheduleSettings(
        Shape shape, double learningRate, double minLearningRate, int warmupSteps, int decaySteps) {
    /** How the rate goes on after the warm-up. */
    public enum Shape {
        CONSTANT,
        COSINE
    }

    public ScheduleSettings {
        Check.that(learningRate > 0, "learningRate", "positive", learningRate);
        Check.that(
                minLearningRate >= 0 && minLearningRate <= learningRate,
                "minLearningRate",
                "between 0 and learningRate " + learningRate,
                minLearningRate);
        Check.notNegative("warmupSteps", warmupSteps);
        Check.that(
                shape == Shape.CONSTANT || decaySteps > warmupSteps,
                "decaySteps",
                "more than warmupSteps " + warmupSteps + " (it is the value of steps unless set)",
                decaySteps);
    }

    static ScheduleSettings of(Values values) {
        int decaySteps = values.integer("decaySteps");
        Check.notNegative("decaySteps", decaySteps);
        Shape shape = switch (values.text("schedule")) {
            case "constant" -> Shape.CONSTANT;
            case "cosine" -> Shape.COSINE;
            default ->
                throw new UsageException("schedule must be constant or cosine, got '" + values.text("schedule") + "'");
        };
        return new ScheduleSettings(
                shape,
                values.number("learningRate"),
                values.number("minLearningRate"),
                values.integer("warmupSteps"),
                decaySteps == 0 ? values.integer("steps") : decaySteps);
    }

    /** The rate of the update after {@code step} updates: linear up to {@code learningRate}, then constant or half a cosine. */
    public float at(long step) {
        if (step < warmupSteps) {
            return (float) (learningRate * (step + 1) / (warmupSteps + 1));
        }
        if (shape == Shape.CONSTANT) {
            return (float) learningRate;
        }
        if (step >= decaySteps) {
            return (float) minLearningRate;
        }
        double progress = (double) (step - warmupSteps) / (decaySteps - warmupSteps);
        double weight = 0.5 * (1 + Math.cos(Math.PI * progress));
        return (float) (minLearningRate + weight * (learningRate - minLearningRate));
    }
}
