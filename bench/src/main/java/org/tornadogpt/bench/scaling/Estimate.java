package org.tornadogpt.bench.scaling;

import java.util.Locale;

/**
 * A value and a 95 % interval.
 *
 * @param low NaN, like {@code high}, where no interval is known
 */
public record Estimate(double value, double low, double high) {
    public double width() {
        return high - low;
    }

    public boolean holds(double other) {
        return low <= other && other <= high;
    }

    /** Value and interval with so many digits after the point. */
    public String text(int digits) {
        String one = "%." + digits + "f";
        return Double.isNaN(low)
                ? String.format(Locale.ROOT, one + " (no interval)", value)
                : String.format(Locale.ROOT, one + " (" + one + " to " + one + ")", value, low, high);
    }
}
