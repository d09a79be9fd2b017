package org.tornadogpt.checks.oracle;

/** The SiLU-gated linear unit in double precision. */
public final class SwiGluOracle {
    private final int N;
    private final int F;
    private final double[] x;

    public SwiGluOracle(int N, int F, double[] x) {
        this.N = N;
        this.F = F;
        this.x = x;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    public double[] out() {
        double[] out = new double[N * F];
        for (int n = 0; n < N; n++) {
            for (int f = 0; f < F; f++) {
                double gate = x[n * 2 * F + f];
                out[n * F + f] = gate * sigmoid(gate) * x[n * 2 * F + F + f];
            }
        }
        return out;
    }

    public double[] dx(double[] dout) {
        double[] dx = new double[x.length];
        for (int n = 0; n < N; n++) {
            for (int f = 0; f < F; f++) {
                double gate = x[n * 2 * F + f];
                double up = x[n * 2 * F + F + f];
                double slope = sigmoid(gate) * (1 + gate * sigmoid(-gate));
                dx[n * 2 * F + f] = dout[n * F + f] * up * slope;
                dx[n * 2 * F + F + f] = dout[n * F + f] * gate * sigmoid(gate);
            }
        }
        return dx;
    }
}
