package org.tornadogpt.model;

import java.util.Arrays;
import java.util.List;

/** What a model says of the next token: the logarithms of all probabilities, before any sampling. */
public final class LogProbabilities {
    private final float[] logits;
    private final double normaliser;

    /** A token and the logarithm of its probability. */
    public record Scored(int token, double logProbability) {}

    /** @param logits (V), copied */
    public LogProbabilities(float... logits) {
        this.logits = logits.clone();
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += StrictMath.exp(logit - largest);
        }
        normaliser = largest + StrictMath.log(sum);
    }

    /** The logarithm of a token's probability. */
    public double of(int token) {
        return logits[token] - normaliser;
    }

    /** The likeliest tokens, the likeliest first. */
    public List<Scored> top(int count) {
        return Arrays.stream(Sampling.byLikelihood(logits))
                .limit(count)
                .mapToObj(token -> new Scored(token, of(token)))
                .toList();
    }
}
