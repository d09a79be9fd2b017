package org.tornadogpt.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tornadogpt.model.internal.Json;

/**
 * Where a training run stands, kept in a checkpoint's {@code state.json}.
 *
 * @param step optimiser steps done
 * @param seed the run's seed
 * @param bestLoss lowest validation loss so far; infinite before the first evaluation
 * @param bestStep the step of it
 * @param extra anything else that the trainer needs to go on
 */
@JsonIgnoreProperties("dataPosition") // of the first version, which nobody read
public record TrainingState(long step, long seed, double bestLoss, long bestStep, ObjectNode extra) {
    public TrainingState {
        if (step < 0 || bestStep < 0 || Double.isNaN(bestLoss)) {
            throw new IllegalArgumentException(
                    "no run stands at step " + step + " with its best loss " + bestLoss + " at step " + bestStep);
        }
        extra = extra == null ? Json.MAPPER.createObjectNode() : extra.deepCopy();
    }

    /** A run that has not begun. */
    public static TrainingState start(long seed) {
        return new TrainingState(0, seed, Double.POSITIVE_INFINITY, 0, null);
    }
}
