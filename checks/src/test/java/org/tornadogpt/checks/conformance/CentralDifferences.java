package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.ToDoubleFunction;

/** Proves a gradient written by hand: the oracles of the backward passes are only as good as this. */
final class CentralDifferences {
    /** Near the cube root of the rounding error, where truncation and rounding are of one size. */
    private static final double STEP = 6e-6;

    private CentralDifferences() {}

    /** Fails unless {@code gradient} is that of {@code loss} at {@code x}. */
    static void check(String what, ToDoubleFunction<double[]> loss, double[] x, double[] gradient) {
        assertThat(gradient).as(what).hasSameSizeAs(x);
        for (int i = 0; i < x.length; i++) {
            double[] moved = x.clone();
            moved[i] = x[i] + STEP;
            double above = loss.applyAsDouble(moved);
            moved[i] = x[i] - STEP;
            double slope = (above - loss.applyAsDouble(moved)) / (2 * STEP);
            assertThat(Math.abs(gradient[i] - slope))
                    .as("%s[%d]: by hand %s, by differences %s", what, i, gradient[i], slope)
                    .isLessThanOrEqualTo(1e-8 + 1e-7 * Math.abs(slope));
        }
    }

    /** {@code sum of a b}: turns many results into one loss. */
    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
