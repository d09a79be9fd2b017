package org.tornadogpt.model;

import java.util.Arrays;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.model.layer.Streams;

/**
 * How the next token is chosen. The logits are divided by the temperature; then only the {@code topK} most likely tokens are
 * kept; then of these only the fewest whose probabilities reach {@code topP} (Holtzman et al. 2020).
 *
 * @param temperature 0 for always the most likely token
 * @param topK 0 for all
 * @param topP 1 for all
 * @param seed decides, together with the number of the token, every choice
 */
public record Sampling(double temperature, int topK, double topP, long seed) {
    private static final int STREAM = Streams.number("sampling");

    public Sampling {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature must be 0 or more, got " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k must be 0 (all) or more, got " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p must be in (0, 1], got " + topP);
        }
    }

    /** Always the most likely token. */
    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0);
    }

    /** Temperature 1, all tokens. */
    public static Sampling plain(long seed) {
        return new Sampling(1, 0, 1, seed);
    }

    /**
     * Chooses a token. Among equally likely tokens the lower one counts as the more likely.
     *
     * @param number how many tokens were chosen before
     * @throws IllegalArgumentException if a logit is NaN or infinite upwards
     */
    public int choose(float[] logits, long number) {
        for (int i = 0; i < logits.length; i++) {
            if (!(logits[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "the logit of token " + i + " is " + logits[i] + ": nothing can be sampled");
            }
        }
        if (temperature == 0) {
            return best(logits);
        }
        int[] order = byLikelihood(logits);
        double[] weights = weights(logits, order);
        int kept = kept(weights);
        double total = 0;
        for (int i = 0; i < kept; i++) {
            total += weights[i];
        }
        PhiloxStream random = new PhiloxStream(seed, STREAM);
        random.seek(number);
        double mark = random.nextDouble() * total;
        for (int i = 0; i < kept - 1; i++) {
            mark -= weights[i];
            if (mark < 0) {
                return order[i];
            }
        }
        return order[kept - 1];
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private static int[] byLikelihood(float[] logits) {
        long[] keys = new long[logits.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = ((long) ~ordered(logits[i]) << Integer.SIZE) | i;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }

    /** An int that grows with the float, as {@link Float#compare} has it. */
    private static int ordered(float value) {
        int bits = Float.floatToIntBits(value);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** Probabilities up to a factor, the likeliest first; at least the first is 1. */
    private double[] weights(float[] logits, int[] order) {
        double[] weights = new double[order.length];
        for (int i = 0; i < order.length; i++) {
            double below = (double) logits[order[i]] - logits[order[0]];
            weights[i] = i == 0 ? 1 : StrictMath.exp(below / temperature);
        }
        return weights;
    }

    private int kept(double[] weights) {
        int kept = topK == 0 ? weights.length : Math.min(topK, weights.length);
        double total = 0;
        for (int i = 0; i < kept; i++) {
            total += weights[i];
        }
        double reached = 0;
        for (int i = 0; i < kept; i++) {
            reached += weights[i];
            if (topP < 1 && reached >= topP * total) {
                return i + 1;
            }
        }
        return kept;
    }
}
