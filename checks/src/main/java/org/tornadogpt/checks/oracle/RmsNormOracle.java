package org.tornadogpt.checks.oracle;

/** Root mean square normalisation in double precision. */
public final class RmsNormOracle {
    private final int N;
    private final int C;
    private final double epsilon;
    private final double[] x;
    private final double[] weight;

    public RmsNormOracle(int N, int C, double epsilon, double[] x, double[] weight) {
        this.N = N;
        this.C = C;
        this.epsilon = epsilon;
        this.x = x;
        this.weight = weight;
    }

    public double[] rstd() {
        double[] rstd = new double[N];
        for (int n = 0; n < N; n++) {
            double squares = 0;
            for (int c = 0; c < C; c++) {
                squares += x[n * C + c] * x[n * C + c];
            }
            rstd[n] = 1 / Math.sqrt(squares / C + epsilon);
        }
        return rstd;
    }

    public double[] out() {
        double[] rstd = rstd();
        double[] out = new double[N * C];
        for (int i = 0; i < out.length; i++) {
            out[i] = x[i] * rstd[i / C] * weight[i % C];
        }
        return out;
    }

    public double[] dx(double[] dout) {
        double[] rstd = rstd();
        double[] dx = new double[N * C];
        for (int n = 0; n < N; n++) {
            double dot = 0;
            for (int c = 0; c < C; c++) {
                dot += dout[n * C + c] * weight[c] * x[n * C + c] * rstd[n];
            }
            for (int c = 0; c < C; c++) {
                double xhat = x[n * C + c] * rstd[n];
                dx[n * C + c] = rstd[n] * (dout[n * C + c] * weight[c] - xhat * dot / C);
            }
        }
        return dx;
    }

    public double[] dweight(double[] dout) {
        double[] rstd = rstd();
        double[] dweight = new double[C];
        for (int i = 0; i < dout.length; i++) {
            dweight[i % C] += dout[i] * x[i] * rstd[i / C];
        }
        return dweight;
    }
}
