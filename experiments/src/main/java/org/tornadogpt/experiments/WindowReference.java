package org.tornadogpt.experiments;

import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Attention to the nearest keys in double precision, without dropout, as its formula is read. */
record WindowReference(AttentionShape s, double[] qkv) {
    static WindowReference of(AttentionShape s, double[] qkv) {
        return new WindowReference(s, qkv);
    }

    private int row(int bh, int t) {
        return (bh / s.heads() * s.T() + t) * s.packedWidth();
    }

    private int query(int bh, int t) {
        return row(bh, t) + bh % s.heads() * s.D();
    }

    private int key(int bh, int t) {
        return row(bh, t) + (s.heads() + bh % s.heads() / (s.heads() / s.kvHeads())) * s.D();
    }

    private int value(int bh, int t) {
        return key(bh, t) + s.kvHeads() * s.D();
    }

    private int result(int bh, int t) {
        return (bh / s.heads() * s.T() + t) * s.width() + bh % s.heads() * s.D();
    }

    private static int begin(int i) {
        return Math.max(0, i - SlidingWindow.WINDOW + 1);
    }

    /** Of query i for all keys; 0 outside the window. */
    private double[] probabilities(int bh, int i) {
        double[] p = new double[s.T()];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = begin(i); j <= i; j++) {
            for (int d = 0; d < s.D(); d++) {
                p[j] += qkv[query(bh, i) + d] * qkv[key(bh, j) + d] / Math.sqrt(s.D());
            }
            max = Math.max(max, p[j]);
        }
        double sum = 0;
        for (int j = begin(i); j <= i; j++) {
            p[j] = Math.exp(p[j] - max);
            sum += p[j];
        }
        for (int j = begin(i); j <= i; j++) {
            p[j] /= sum;
        }
        return p;
    }

    double[] out() {
        double[] out = new double[s.rows() * s.width()];
        for (int bh = 0; bh < s.B() * s.heads(); bh++) {
            for (int i = 0; i < s.T(); i++) {
                double[] p = probabilities(bh, i);
                for (int j = begin(i); j <= i; j++) {
                    for (int d = 0; d < s.D(); d++) {
                        out[result(bh, i) + d] += p[j] * qkv[value(bh, j) + d];
                    }
                }
            }
        }
        return out;
    }

    double[] dqkv(double[] dout) {
        double[] dqkv = new double[qkv.length];
        for (int bh = 0; bh < s.B() * s.heads(); bh++) {
            for (int i = 0; i < s.T(); i++) {
                backward(bh, i, dout, dqkv);
            }
        }
        return dqkv;
    }

    private void backward(int bh, int i, double[] dout, double[] dqkv) {
        double[] p = probabilities(bh, i);
        double[] dp = new double[s.T()];
        double delta = 0;
        for (int j = begin(i); j <= i; j++) {
            for (int d = 0; d < s.D(); d++) {
                double g = dout[result(bh, i) + d];
                dp[j] += g * qkv[value(bh, j) + d];
                dqkv[value(bh, j) + d] += g * p[j];
            }
            delta += p[j] * dp[j];
        }
        for (int j = begin(i); j <= i; j++) {
            double ds = p[j] * (dp[j] - delta) / Math.sqrt(s.D());
            for (int d = 0; d < s.D(); d++) {
                dqkv[query(bh, i) + d] += ds * qkv[key(bh, j) + d];
                dqkv[key(bh, j) + d] += ds * qkv[query(bh, i) + d];
            }
        }
    }
}
