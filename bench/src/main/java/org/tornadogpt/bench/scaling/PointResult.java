package org.tornadogpt.bench.scaling;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * A model that was trained.
 *
 * @param channels its size
 * @param parameters all of them, embeddings and head included, N
 * @param tokens read in training, D
 * @param loss lowest validation loss of the run's evaluations, nats per token
 * @param secondsPerToken median of the steps' times by their tokens, evaluations left out
 */
public record PointResult(int channels, long parameters, long tokens, double loss, double secondsPerToken) {
    /** Tokens per parameter at which Hoffmann et al. (2022, "Chinchilla") found model and data in balance. */
    public static final double CHINCHILLA = 20;

    /** Operations of training, about 6ND (Kaplan et al. 2020). */
    @JsonIgnore
    public double compute() {
        return 6.0 * parameters * tokens;
    }

    @JsonIgnore
    public double tokensPerParameter() {
        return (double) tokens / parameters;
    }
}
