package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

/**
 * How far a float result may be from a double one: {@code absolute + relative |expected|} for each element. Inputs are
 * of size 1, so the absolute part is a multiple of the rounding error of as many additions as the result has terms.
 */
record Tolerance(double absolute, double relative) {
    private static final double HALF_ULP = 0x1p-24;

    /** For element-wise results. */
    static final Tolerance POINTWISE = new Tolerance(8 * HALF_ULP, 16 * HALF_ULP);

    /** For sums of {@code terms} products. */
    static Tolerance sum(int terms) {
        return new Tolerance((4.0 * terms + 16) * HALF_ULP, 32 * HALF_ULP);
    }

    /** The same with {@code factor} times the budget. */
    Tolerance times(double factor) {
        return new Tolerance(factor * absolute, factor * relative);
    }

    /** Fails with the worst element unless all are within their budgets; NaN is never within. */
    void check(String what, float[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        int worst = -1;
        double worstShare = 1;
        int failures = 0;
        for (int i = 0; i < actual.length; i++) {
            double share = share(actual[i], expected[i]);
            if (!(share <= 1)) {
                failures++;
            }
            if (!(share <= worstShare)) {
                worst = i;
                worstShare = Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
            }
        }
        if (failures > 0) {
            throw new AssertionError(describe(what, worst, worstShare, failures, actual, expected));
        }
    }

    private double share(float actual, double expected) {
        return Math.abs(actual - expected) / (absolute + relative * Math.abs(expected));
    }

    private static String describe(
            String what, int worst, double share, int failures, float[] actual, double[] expected) {
        float nearest = (float) expected[worst];
        return String.format(
                Locale.ROOT,
                "%s: %d of %d elements are off; worst at %d: got %s (bits %08x), expected %s (bits %08x), %.3g times the budget",
                what,
                failures,
                actual.length,
                worst,
                actual[worst],
                Float.floatToRawIntBits(actual[worst]),
                expected[worst],
                Float.floatToRawIntBits(nearest),
                share);
    }
}
