package org.tornadogpt.trainer.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tornadogpt.model.TrainingState;

/**
 * Where a run stands between two steps: what a checkpoint keeps beside the tensors.
 *
 * @param step updates done
 * @param bestLoss lowest validation loss so far, infinite before the first evaluation
 * @param bestStep the step of it
 * @param sinceBest evaluations since then
 * @param evaluatedStep the step of the latest evaluation, -1 before the first
 * @param elapsedSeconds of running, pauses between processes not counted
 */
public record Progress(
        long step, double bestLoss, long bestStep, int sinceBest, long evaluatedStep, double elapsedSeconds) {
    /** Before the first step. */
    public static Progress start() {
        return new Progress(0, Double.POSITIVE_INFINITY, 0, 0, -1, 0);
    }

    Progress at(long newStep, double elapsed) {
        return new Progress(newStep, bestLoss, bestStep, sinceBest, evaluatedStep, elapsed);
    }

    Progress evaluated(double validationLoss, double elapsed) {
        boolean again = step == bestStep && validationLoss == bestLoss; // evaluated before the run was stopped
        boolean best = validationLoss < bestLoss || again;
        return new Progress(
                step,
                best ? validationLoss : bestLoss,
                best ? step : bestStep,
                best ? 0 : sinceBest + 1,
                step,
                elapsed);
    }

    /**
     * With the best of both: {@code other} is what a checkpoint knows that was saved later than this, or by other
     * hands.
     */
    public Progress withBestOf(Progress other) {
        return other.bestLoss < bestLoss
                ? new Progress(step, other.bestLoss, other.bestStep, sinceBest, evaluatedStep, elapsedSeconds)
                : this;
    }

    /** For a checkpoint. */
    public TrainingState toState(long seed) {
        ObjectNode extra = JsonNodeFactory.instance.objectNode();
        extra.put("sinceBest", sinceBest);
        extra.put("evaluatedStep", evaluatedStep);
        extra.put("elapsedSeconds", elapsedSeconds);
        return new TrainingState(step, seed, bestLoss, bestStep, extra);
    }

    /** From a checkpoint. */
    public static Progress of(TrainingState state) {
        return new Progress(
                state.step(),
                state.bestLoss(),
                state.bestStep(),
                state.extra().path("sinceBest").asInt(),
                state.extra().path("evaluatedStep").asLong(-1),
                state.extra().path("elapsedSeconds").asDouble());
    }
}
