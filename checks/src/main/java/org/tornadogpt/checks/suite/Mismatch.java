package org.tornadogpt.checks.suite;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How far one result is from the exact one.
 *
 * @param result number of the case's result
 * @param name what to call it
 * @param element where it is worst
 * @param off how many elements are off
 * @param share by how many times the worst one exceeds what it may be off by
 */
record Mismatch(int result, String name, int element, int off, double share, float[] actual, double[] expected) {
    private static final double HALF_ULP = 0x1p-24;
    private static final int ROUNDINGS = 64;

    /** How far float results may be from exact ones: {@code absolute + relative |expected|}. */
    record Budget(double absolute, double relative) {
        /** For sums of {@code terms} numbers of size 1, {@code factor} times that for larger ones. */
        static Budget of(int terms, double factor) {
            return new Budget(factor * (4.0 * terms + ROUNDINGS) * HALF_ULP, factor * ROUNDINGS * HALF_ULP);
        }

        boolean allows(double actual, double expected) {
            return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
        }

        double share(double actual, double expected) {
            double share = Math.abs(actual - expected) / (absolute + relative * Math.abs(expected));
            return Double.isNaN(share) ? Double.POSITIVE_INFINITY : share;
        }
    }

    /**
     * Of one result; empty if every element is within the budget. What is no number in the reference may be anything.
     */
    static Optional<Mismatch> of(int result, String name, float[] actual, double[] expected, Budget budget) {
        int worst = -1;
        int off = 0;
        double most = 1;
        for (int i = 0; i < actual.length; i++) {
            if (!Double.isFinite(expected[i])) {
                continue;
            }
            double share = budget.share(actual[i], expected[i]);
            if (share > 1) {
                off++;
            }
            if (share > most) {
                most = share;
                worst = i;
            }
        }
        return worst < 0
                ? Optional.empty()
                : Optional.of(new Mismatch(result, name, worst, off, most, actual, expected));
    }

    /** "dqkv[5, 17] is 0.25, should be 0.5 (3 of 912 elements are off)". */
    String sentence(List<Integer> shape) {
        return String.format(
                Locale.ROOT,
                "%s%s is %s, should be %s (%d of %d elements are off)",
                name,
                index(element, shape),
                actual[element],
                (float) expected[element],
                off,
                actual.length);
    }

    /** An element's place, dimension by dimension. */
    static String index(int element, List<Integer> shape) {
        StringBuilder index = new StringBuilder();
        int rest = element;
        for (int d = shape.size() - 1; d >= 0; d--) {
            index.insert(0, (d == 0 ? "[" : ", ") + rest % shape.get(d));
            rest /= shape.get(d);
        }
        return index.append(']').toString();
    }
}
