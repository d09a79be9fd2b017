package org.tornadogpt.kernels.ops.cachedattention;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.MathVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * Attention of one query over cached keys and values: scores side by side for neighbouring positions, then rows of
 * values.
 */
record DecodeHeadVector(AttentionShape s, VectorSlice out, VectorSlice keys, VectorSlice values, VectorSlice qkv) {
    private static final float LOWEST = -3e38f;
    /** Vectors of scores computed at once, to keep the adders busy. */
    private static final int ABREAST = 4;

    /** The query, then the probabilities. */
    static int scratchFloats(AttentionShape s) {
        return s.D() + padded(s.T());
    }

    private static int padded(int n) {
        return Math.ceilDiv(n, ABREAST * LANES) * ABREAST * LANES;
    }

    /**
     * One head of one sequence.
     *
     * @param bh number of row and query head
     * @param slot of the row's sequence
     * @param n how many positions there are
     */
    void attend(int bh, int slot, int n, float[] w) {
        int b = bh / s.heads();
        int h = bh % s.heads();
        int g = h / (s.heads() / s.kvHeads());
        int D = s.D();
        qkv.copyTo((long) b * s.packedWidth() + (long) h * D, w, 0, D);
        float scale = (float) (1.0 / Math.sqrt(D));
        for (int d = 0; d < D; d++) {
            w[d] *= scale;
        }
        long key = ((long) slot * s.kvHeads() + g) * D * s.T();
        int j = 0;
        for (; j < n && j + ABREAST * LANES <= s.T(); j += ABREAST * LANES) {
            scoresAbreast(key + j, w, D + j);
        }
        for (; j < n; j += LANES) {
            scores(key + j, s.T() - j, w, D + j);
        }
        Arrays.fill(w, D + n, D + padded(n), LOWEST);
        float sum = softmax(w, D, n);
        long width = (long) s.kvHeads() * D;
        long value = (long) slot * s.T() * width + (long) g * D;
        long to = (long) bh * D;
        int d = 0;
        for (; d <= D - LANES; d += LANES) {
            combine(w, D, n, value + d, width, to + d, 1f / sum);
        }
        if (d < D) {
            combine(w, D, n, value + d, width, to + d, 1f / sum, D - d);
        }
    }

    private void scoresAbreast(long key, float[] w, int to) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        long at = key;
        for (int d = 0; d < s.D(); d++, at += s.T()) {
            FloatVector q = broadcast(w[d]);
            s0 = keys.load(at).fma(q, s0);
            s1 = keys.load(at + LANES).fma(q, s1);
            s2 = keys.load(at + 2L * LANES).fma(q, s2);
            s3 = keys.load(at + 3L * LANES).fma(q, s3);
        }
        s0.intoArray(w, to);
        s1.intoArray(w, to + LANES);
        s2.intoArray(w, to + 2 * LANES);
        s3.intoArray(w, to + 3 * LANES);
    }

    /** As above for the last positions that the cache has room for. */
    private void scores(long key, int lanes, float[] w, int to) {
        VectorMask<Float> mask = first(lanes);
        FloatVector score = FloatVector.zero(F);
        long at = key;
        for (int d = 0; d < s.D(); d++, at += s.T()) {
            score = keys.load(at, mask).fma(broadcast(w[d]), score);
        }
        score.intoArray(w, to);
    }

    /** Turns scores into exponentials; returns their sum. What follows the n-th is so low that it adds nothing. */
    private static float softmax(float[] w, int at, int n) {
        FloatVector highest = broadcast(LOWEST);
        for (int j = 0; j < n; j += LANES) {
            highest = MathVector.larger(highest, FloatVector.fromArray(F, w, at + j));
        }
        FloatVector max = broadcast(highest.reduceLanes(VectorOperators.MAX));
        FloatVector sum = FloatVector.zero(F);
        for (int j = 0; j < n; j += LANES) {
            FloatVector p =
                    MathVector.expUpTo88(FloatVector.fromArray(F, w, at + j).sub(max));
            p.intoArray(w, at + j);
            sum = sum.add(p);
        }
        return LanesVector.sum(sum);
    }

    /** {@code out = factor sum_j p[j] v[j]} for some columns; four partial sums, to keep the adders busy. */
    private void combine(float[] w, int p, int n, long value, long width, long to, float factor) {
        FloatVector v0 = FloatVector.zero(F);
        FloatVector v1 = FloatVector.zero(F);
        FloatVector v2 = FloatVector.zero(F);
        FloatVector v3 = FloatVector.zero(F);
        long at = value;
        int j = 0;
        for (; j <= n - 4; j += 4, at += 4 * width) {
            v0 = values.load(at).fma(broadcast(w[p + j]), v0);
            v1 = values.load(at + width).fma(broadcast(w[p + j + 1]), v1);
            v2 = values.load(at + 2 * width).fma(broadcast(w[p + j + 2]), v2);
            v3 = values.load(at + 3 * width).fma(broadcast(w[p + j + 3]), v3);
        }
        for (; j < n; j++, at += width) {
            v0 = values.load(at).fma(broadcast(w[p + j]), v0);
        }
        out.store(to, v0.add(v1).add(v2.add(v3)).mul(factor));
    }

    private void combine(float[] w, int p, int n, long value, long width, long to, float factor, int lanes) {
        VectorMask<Float> mask = first(lanes);
        FloatVector sum = FloatVector.zero(F);
        long at = value;
        for (int j = 0; j < n; j++, at += width) {
            sum = values.load(at, mask).fma(broadcast(w[p + j]), sum);
        }
        out.store(to, sum.mul(factor), mask);
    }
}
