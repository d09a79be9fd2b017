package org.tornadogpt.trainer.train;

import org.tornadogpt.trainer.settings.EvaluationSettings;

/** How long a run will still take, its evaluations included. Recent steps count more than old ones. */
final class TimeEstimate {
    private static final double KEEP_STEPS = 0.95;
    private static final double KEEP_EVALUATIONS = 0.5;

    private final EvaluationSettings evaluation;
    private final long steps;
    private double stepSeconds = Double.NaN;
    private double evaluationSeconds = Double.NaN;

    TimeEstimate(EvaluationSettings evaluation, long steps) {
        this.evaluation = evaluation;
        this.steps = steps;
    }

    void stepTook(double seconds) {
        stepSeconds = blend(stepSeconds, seconds, KEEP_STEPS);
    }

    /** @param seconds of the evaluation and the checkpoints after it */
    void evaluationTook(double seconds) {
        evaluationSeconds = blend(evaluationSeconds, seconds, KEEP_EVALUATIONS);
    }

    private static double blend(double old, double latest, double keep) {
        return Double.isNaN(old) ? latest : keep * old + (1 - keep) * latest;
    }

    /** Seconds from after {@code step} steps to the end; NaN while no step or no evaluation has been timed. */
    double remaining(long step) {
        double toStep = step == steps ? 0 : (steps - step) * stepSeconds;
        long evaluations = evaluation.remaining(step, steps);
        return toStep + (evaluations == 0 ? 0 : evaluations * evaluationSeconds);
    }
}
