package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.model.layer.Streams;

/**
 * How the next token is chosen. The logits are divided by the temperature; then only the {@code topK} most likely
 * tokens are kept; then of these only the fewest whose probabilities reach {@code topP} (Holtzman et al. 2020); then
 * only those at least {@code minP} times as likely as the likeliest (Nguyen et al. 2024).
 *
 * @param temperature 0 for always the most likely token
 * @param topK 0 for all
 * @param topP 1 for all
 * @param minP 0 for all
 * @param repetitionPenalty what the logits of tokens that the text has are divided by, if positive, or multiplied by,
 *     if negative (Keskar et al. 2019); 1 for none. Applied by {@link Chooser}, which knows the text
 * @param seed decides, together with the number of the token, every choice
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {
    private static final int STREAM = Streams.number("sampling");

    /** A token that may be chosen, and how likely. */
    public record Candidate(int token, double probability) {}

    /** Without min-p and without a penalty. */
    public Sampling(double temperature, int topK, double topP, long seed) {
        this(temperature, topK, topP, 0, 1, seed);
    }

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
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("min-p must be in [0, 1], got " + minP);
        }
        if (!(repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the repetition penalty must be above 0, got " + repetitionPenalty);
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
        check(logits);
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

    /** The same choice with another seed. */
    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, other);
    }

    /** The tokens that {@link #choose} chooses among, the likeliest first; their probabilities add up to 1. */
    public List<Candidate> candidates(float... logits) {
        check(logits);
        if (temperature == 0) {
            return List.of(new Candidate(best(logits), 1));
        }
        int[] order = byLikelihood(logits);
        double[] weights = weights(logits, order);
        int kept = kept(weights);
        double total = Arrays.stream(weights, 0, kept).sum();
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < kept; i++) {
            candidates.add(new Candidate(order[i], weights[i] / total));
        }
        return candidates;
    }

    private static void check(float... logits) {
        for (int i = 0; i < logits.length; i++) {
            if (!(logits[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "the logit of token " + i + " is " + logits[i] + ": nothing can be sampled");
            }
        }
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

    /** All tokens, the likeliest first; equally likely ones by number. */
    static int[] byLikelihood(float... logits) {
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

    private int kept(double... weights) {
        int kept = nucleus(weights);
        while (minP > 0 && weights[kept - 1] < minP) { // the first is 1
            kept--;
        }
        return kept;
    }

    private int nucleus(double... weights) {
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
