package org.tornadogpt.trainer.metrics;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A line of {@code metrics.jsonl}. Values that an event does not have are null and not written.
 *
 * @param step updates done; for a step event this one included
 * @param event {@code step} or {@code eval}
 * @param trainLoss mean loss of the step's batch before its update, or of the evaluation's training batches
 * @param valLoss mean loss of the evaluation's validation batches
 * @param learningRate of the update
 * @param gradNorm global norm of the gradient before clipping
 * @param stepMillis time of the step, without evaluation, sampling and logging
 * @param tokensPerSecond of the step
 * @param elapsedSeconds since the run began, time between stopping and resuming not counted
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "step",
    "event",
    "trainLoss",
    "valLoss",
    "learningRate",
    "gradNorm",
    "stepMillis",
    "tokensPerSecond",
    "elapsedSeconds"
})
public record Metric(
        long step,
        String event,
        Double trainLoss,
        Double valLoss,
        Double learningRate,
        Double gradNorm,
        Double stepMillis,
        Double tokensPerSecond,
        Double elapsedSeconds) {
    public static final String STEP = "step";
    public static final String EVAL = "eval";

    public static Metric step(
            long step,
            float loss,
            float learningRate,
            float gradNorm,
            double millis,
            double tokensPerSecond,
            double elapsed) {
        return new Metric(
                step,
                STEP,
                shortest(loss),
                null,
                shortest(learningRate),
                shortest(gradNorm),
                round(millis),
                round(tokensPerSecond),
                round(elapsed));
    }

    public static Metric eval(long step, double trainLoss, double valLoss, double elapsed) {
        return new Metric(step, EVAL, trainLoss, valLoss, null, null, null, null, round(elapsed));
    }

    @JsonIgnore
    public boolean isEvaluation() {
        return event.equals(EVAL);
    }

    /** The double with the float's few digits: 3.0E-4, not 3.000000142492354E-4. */
    private static double shortest(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
