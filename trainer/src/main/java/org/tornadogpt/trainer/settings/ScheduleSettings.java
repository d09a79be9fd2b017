package org.tornadogpt.trainer.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.model.training.LearningRate.Shape;

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
    private static final String WARMUP = "warmupSteps";

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

    /** The values of the key {@code schedule}. */
    static List<String> shapes() {
        return Arrays.stream(Shape.values()).map(Shape::toString).toList();
    }

    /**
     * From settings.
     *
     * @param given what the user set
     * @param values the preset's values with those laid over them
     */
    static ScheduleSettings of(Values given, Values values) {
        int steps = values.integer("steps");
        Check.positive("steps", steps);
        int decaySteps = values.integer("decaySteps");
        Check.notNegative("decaySteps", decaySteps);
        String schedule = values.text("schedule").strip();
        Check.that(shapes().contains(schedule), "schedule", String.join(" or ", shapes()), "'" + schedule + "'");
        return new ScheduleSettings(
                Shape.valueOf(schedule.toUpperCase(Locale.ROOT)),
                values.number("learningRate"),
                values.number("minLearningRate"),
                warmup(given, values.integer("warmupSteps"), steps, decaySteps),
                decaySteps == 0 ? steps : decaySteps);
    }

    /**
     * A preset's warm-up fits its own steps: a shorter run warms up for a tenth of its steps, unless the user set the
     * warm-up, or an end of the decay that leaves room for it.
     */
    private static int warmup(Values given, int warmup, int steps, int decaySteps) {
        if (given.get(WARMUP).isPresent()) {
            return warmup;
        }
        if (decaySteps == 0) {
            return Math.min(warmup, steps / 10);
        }
        return warmup < decaySteps ? warmup : decaySteps / 10;
    }

    /**
     * What became of the preset's warm-up, if it was cut.
     *
     * @param values as for {@link #of}
     */
    Optional<String> aboutWarmup(Values values) {
        int asked = values.integer(WARMUP);
        return warmupSteps == asked
                ? Optional.empty()
                : Optional.of("the preset's warm-up of " + asked + " steps is cut to " + warmupSteps
                        + ", a tenth of this short run (warmupSteps sets it)");
    }

    /**
     * A sentence about the steps that a run takes after the rate has reached its minimum.
     *
     * @param done steps already behind it
     * @param steps of the whole run
     */
    public Optional<String> afterDecay(long done, int steps) {
        if (shape == Shape.CONSTANT || decaySteps >= steps || done >= steps) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "the decay of the learning rate %s at step %,d: steps %,d to %,d run at its minimum %s%s; --set"
                        + " decaySteps=%d spreads it over all steps",
                done >= decaySteps ? "ended" : "ends",
                decaySteps,
                Math.max(done, decaySteps) + 1,
                steps,
                minLearningRate,
                minLearningRate == 0 ? " and change nothing" : "",
                steps));
    }

    /** The rate as a function of the step. */
    public LearningRate rate() {
        return new LearningRate(shape, learningRate, minLearningRate, warmupSteps, decaySteps);
    }
}
