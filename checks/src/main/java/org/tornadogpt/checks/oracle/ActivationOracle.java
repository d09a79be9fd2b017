package org.tornadogpt.checks.oracle;

import org.apache.commons.math3.special.Erf;
import org.tornadogpt.kernels.ops.activation.Activation;

/** The activations in double precision. */
public final class ActivationOracle {
    private static final double CUBIC = 0.044715;
    private static final double SLOPE = Math.sqrt(2 / Math.PI);

    private ActivationOracle() {}

    public static double value(Activation kind, double x) {
        return switch (kind) {
            case RELU -> Math.max(x, 0);
            case GELU -> x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
            case GELU_TANH -> x / 2 * (1 + tanh(x));
        };
    }

    public static double derivative(Activation kind, double x) {
        return switch (kind) {
            case RELU -> x > 0 ? 1 : 0;
            case GELU -> 0.5 * Erf.erfc(-x / Math.sqrt(2)) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> (1 + tanh(x)) / 2 + x / 2 * (1 - tanh(x) * tanh(x)) * SLOPE * (1 + 3 * CUBIC * x * x);
        };
    }

    private static double tanh(double x) {
        return Math.tanh(SLOPE * (x + CUBIC * x * x * x));
    }

    public static double[] values(Activation kind, double[] x) {
        double[] values = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            values[i] = value(kind, x[i]);
        }
        return values;
    }

    public static double[] backward(Activation kind, double[] dout, double[] saved) {
        double[] dx = new double[dout.length];
        for (int i = 0; i < dx.length; i++) {
            dx[i] = dout[i] * derivative(kind, saved[i]);
        }
        return dx;
    }
}
