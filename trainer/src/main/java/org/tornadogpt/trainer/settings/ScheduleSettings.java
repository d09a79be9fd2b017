package org.tornadogpt.trainer.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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
        COSINE;

        /** As in the key {@code schedule}. */
        static List<String> names() {
            return Arrays.stream(values()).map(Shape::toString).toList();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ScheduleSettings {
        Check.that(learningRate > 0, "learningRate", "positive", learningRate);
        Check.that(
                minLearningRate >= 0 && minLearningRate <= learningRate,
                "minLearningRate",
                "between 0 and learningRate " + Numbers.text(learningRate),
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
        String schedule = values.text("schedule").strip();
        Check.that(
                Shape.names().contains(schedule), "schedule", String.join(" or ", Shape.names()), "'" + schedule + "'");
        return new ScheduleSettings(
                Shape.valueOf(schedule.toUpperCase(Locale.ROOT)),
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
