package org.tornadogpt.checks.oracle;

import java.util.Arrays;

/** Layer normalisation in double precision. */
public final class LayerNormOracle {
    private final int N;
    private final int C;
    private final double epsilon;
    private final double[] x;
    private final double[] weight;
    private final double[] bias;

    /** {@code bias} may be null. */
    public LayerNormOracle(int N, int C, double epsilon, double[] x, double[] weight, double[] bias) {
        this.N = N;
        this.C = C;
        this.epsilon = epsilon;
        this.x = x;
        this.weight = weight;
        this.bias = bias;
    }

    private double mean(int n) {
        double sum = 0;
        for (int i = n * C; i < (n + 1) * C; i++) {
            sum += x[i];
        }
        return sum / C;
    }

    private double rstd(int n) {
        double mean = mean(n);
        double squares = 0;
        for (int i = n * C; i < (n + 1) * C; i++) {
            squares += (x[i] - mean) * (x[i] - mean);
        }
        return 1 / Math.sqrt(squares / C + epsilon);
    }

    public double[] statistics() {
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

    public double[] out() {
        double[] out = normalised();
        for (int i = 0; i < out.length; i++) {
            out[i] = out[i] * weight[i % C] + (bias == null ? 0 : bias[i % C]);
        }
        return out;
    }

    public double[] dx(double[] dout) {
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

    public double[] dweight(double[] dout) {
        double[] xhat = normalised();
        Arrays.setAll(xhat, i -> xhat[i] * dout[i]);
        return columnSums(xhat);
    }

    public double[] dbias(double[] dout) {
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
