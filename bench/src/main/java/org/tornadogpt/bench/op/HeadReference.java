package org.tornadogpt.bench.op;

import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * One head of causal attention in double precision, each array (T, D).
 *
 * <pre>
 *   P = softmax(mask(Q Kᵀ / sqrt(D)))      O = P V
 *   dV = Pᵀ dO     dS = P * (dO Vᵀ - rowsum(dO * O))     dQ = dS K / sqrt(D)     dK = dSᵀ Q / sqrt(D)
 * </pre>
 */
record HeadReference(double[][] out, double[][] dq, double[][] dk, double[][] dv) {
    /** Some rows of the last head of the last sequence, of as many key heads as query heads; the others stay zero. */
    static HeadReference last(AttentionShape s, Slice qkv, Slice dout, boolean[] rows) {
        double[][] q = head(s, qkv, s.packedWidth(), s.width() - s.D());
        double[][] k = head(s, qkv, s.packedWidth(), 2 * s.width() - s.D());
        double[][] v = head(s, qkv, s.packedWidth(), 3 * s.width() - s.D());
        return of(q, k, v, head(s, dout, s.width(), s.width() - s.D()), rows);
    }

    private static double[][] head(AttentionShape s, Slice rows, int width, int column) {
        double[][] head = new double[s.T()][s.D()];
        for (int t = 0; t < s.T(); t++) {
            for (int d = 0; d < s.D(); d++) {
                head[t][d] = rows.get(((s.B() - 1) * s.T() + t) * width + column + d);
            }
        }
        return head;
    }

    /** @param rows which rows of each result are computed: all of a row of probabilities is needed for either */
    static HeadReference of(double[][] q, double[][] k, double[][] v, double[][] dout, boolean[] rows) {
        int T = q.length;
        int D = q[0].length;
        HeadReference r = new HeadReference(new double[T][D], new double[T][D], new double[T][D], new double[T][D]);
        double scale = 1 / Math.sqrt(D);
        for (int i = 0; i < T; i++) {
            double[] p = probabilities(q[i], k, i, scale);
            for (int j = 0; j <= i; j++) {
                add(r.out[i], p[j], v[j]);
            }
            double rowSum = dot(dout[i], r.out[i]);
            for (int j = 0; j <= i; j++) {
                if (!rows[i] && !rows[j]) {
                    continue;
                }
                double ds = p[j] * (dot(dout[i], v[j]) - rowSum) * scale;
                if (rows[i]) {
                    add(r.dq[i], ds, k[j]);
                }
                if (rows[j]) {
                    add(r.dk[j], ds, q[i]);
                    add(r.dv[j], p[j], dout[i]);
                }
            }
        }
        return r;
    }

    private static double[] probabilities(double[] q, double[][] k, int last, double scale) {
        double[] p = new double[last + 1];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j <= last; j++) {
            p[j] = dot(q, k[j]) * scale;
            max = Math.max(max, p[j]);
        }
        double sum = 0;
        for (int j = 0; j <= last; j++) {
            p[j] = Math.exp(p[j] - max);
            sum += p[j];
        }
        for (int j = 0; j <= last; j++) {
            p[j] /= sum;
        }
        return p;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }
}
