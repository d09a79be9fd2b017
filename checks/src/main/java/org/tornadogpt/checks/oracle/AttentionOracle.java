package org.tornadogpt.checks.oracle;

import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/** Causal attention for one batch and head at a time, in double precision, with every table kept. */
public final class AttentionOracle {
    private final AttentionShape s;
    private final double[] qkv;
    private final double[][][] mask;
    private final double[][][] p;

    public AttentionOracle(AttentionShape s, Dropout dropout, double[] qkv) {
        this.s = s;
        this.qkv = qkv;
        int tables = s.B() * s.heads();
        mask = new double[tables][s.T()][s.T()];
        p = new double[tables][s.T()][s.T()];
        for (int bh = 0; bh < tables; bh++) {
            for (int i = 0; i < s.T(); i++) {
                for (int j = 0; j <= i; j++) {
                    mask[bh][i][j] = ReferenceMask.factor(dropout, bh * s.T() + i, j);
                }
                softmax(bh, i);
            }
        }
    }

    private void softmax(int bh, int i) {
        double[] row = p[bh][i];
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j <= i; j++) {
            for (int d = 0; d < s.D(); d++) {
                row[j] += qkv[query(bh, i, d)] * qkv[key(bh, j, d)] / Math.sqrt(s.D());
            }
            max = Math.max(max, row[j]);
        }
        double sum = 0;
        for (int j = 0; j <= i; j++) {
            row[j] = Math.exp(row[j] - max);
            sum += row[j];
        }
        for (int j = 0; j <= i; j++) {
            row[j] /= sum;
        }
    }

    private int query(int bh, int t, int d) {
        return row(bh, t) + bh % s.heads() * s.D() + d;
    }

    private int key(int bh, int t, int d) {
        return row(bh, t) + (s.heads() + shared(bh)) * s.D() + d;
    }

    private int value(int bh, int t, int d) {
        return row(bh, t) + (s.heads() + s.kvHeads() + shared(bh)) * s.D() + d;
    }

    private int row(int bh, int t) {
        return (bh / s.heads() * s.T() + t) * s.packedWidth();
    }

    /** The key/value head of a query head. */
    private int shared(int bh) {
        return bh % s.heads() / (s.heads() / s.kvHeads());
    }

    private int result(int bh, int t, int d) {
        return (bh / s.heads() * s.T() + t) * s.width() + bh % s.heads() * s.D() + d;
    }

    public double[] out() {
        double[] out = new double[s.rows() * s.width()];
        for (int bh = 0; bh < p.length; bh++) {
            for (int i = 0; i < s.T(); i++) {
                for (int j = 0; j <= i; j++) {
                    for (int d = 0; d < s.D(); d++) {
                        out[result(bh, i, d)] += mask[bh][i][j] * p[bh][i][j] * qkv[value(bh, j, d)];
                    }
                }
            }
        }
        return out;
    }

    public double[] dqkv(double[] dout) {
        double[] dqkv = new double[qkv.length];
        for (int bh = 0; bh < p.length; bh++) {
            for (int i = 0; i < s.T(); i++) {
                backwardRow(bh, i, dout, dqkv);
            }
        }
        return dqkv;
    }

    private void backwardRow(int bh, int i, double[] dout, double[] dqkv) {
        double[] dp = new double[i + 1];
        double delta = 0;
        for (int j = 0; j <= i; j++) {
            for (int d = 0; d < s.D(); d++) {
                double g = mask[bh][i][j] * dout[result(bh, i, d)];
                dp[j] += g * qkv[value(bh, j, d)];
                dqkv[value(bh, j, d)] += g * p[bh][i][j];
            }
            delta += p[bh][i][j] * dp[j];
        }
        for (int j = 0; j <= i; j++) {
            double ds = p[bh][i][j] * (dp[j] - delta) / Math.sqrt(s.D());
            for (int d = 0; d < s.D(); d++) {
                dqkv[query(bh, i, d)] += ds * qkv[key(bh, j, d)];
                dqkv[key(bh, j, d)] += ds * qkv[query(bh, i, d)];
            }
        }
    }
}
