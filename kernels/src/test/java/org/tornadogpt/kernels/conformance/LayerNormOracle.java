package org.tornadogpt.kernels.conformance;

import java.util.Arrays;
import org.apache.commons.math3.stat.StatUtils;

/** Layer normalisation in double precision. */
final class LayerNormOracle {
    private final int N;
    private final int C;
    private final double epsilon;
    private final double[] x;
    private final double[] weight;
    private final double[] bias;

    /** {@code bias} may be null. */
    LayerNormOracle(int N, int C, double epsilon, double[] x, double[] weight, double[] bias) {
        this.N = N;
        this.C = C;
        this.epsilon = epsilon;
        this.x = x;
        this.weight = weight;
        this.bias = bias;
    }

    private double mean(int n) {
        return StatUtils.mean(x, n * C, C);
    }

    private double rstd(int n) {
        return 1 / Math.sqrt(StatUtils.populationVariance(x, n * C, C) + epsilon);
    }

    double[] statistics() {
        double[] statistics = new double[2 * N];
        for (int n = 0; n < N; n++) {
            statistics[2 * n] = mean(n);
            statistics[2 * n + 1] = rstd(n);
        }
        return statistics;
    }

    private double[] normalised() {
        double[] xhat = new double[x.length];
        for (int n = 0; n < N; n++) {
            double mean = mean(n);
            double rstd = rstd(n);
            for (int i = n * C; i < (n + 1) * C; i++) {
                xhat[i] = (x[i] - mean) * rstd;
            }
        }
        return xhat;
    }

    double[] out() {
        double[] out = normalised();
        for (int i = 0; i < out.length; i++) {
            out[i] = out[i] * weight[i % C] + (bias == null ? 0 : bias[i % C]);
        }
        return out;
    }

    double[] dx(double[] dout) {
        double[] xhat = normalised();
        double[] dx = new double[x.length];
        for (int n = 0; n < N; n++) {
            double sum = 0;
            double dot = 0;
            for (int i = n * C; i < (n + 1) * C; i++) {
                sum += dout[i] * weight[i % C];
                dot += dout[i] * weight[i % C] * xhat[i];
            }
            double rstd = rstd(n);
            for (int i = n * C; i < (n + 1) * C; i++) {
                dx[i] = rstd * (dout[i] * weight[i % C] - sum / C - xhat[i] * dot / C);
            }
        }
        return dx;
    }

    double[] dweight(double[] dout) {
        double[] xhat = normalised();
        Arrays.setAll(xhat, i -> xhat[i] * dout[i]);
        return columnSums(xhat);
    }

    double[] dbias(double[] dout) {
        return columnSums(dout);
    }

    private double[] columnSums(double[] values) {
        double[] sums = new double[C];
        for (int i = 0; i < values.length; i++) {
            sums[i % C] += values[i];
        }
        return sums;
    }
}
