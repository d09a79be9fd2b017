package org.tornadogpt.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis of times.
 *
 * @param least microseconds at its start
 * @param most microseconds at its end
 */
record LogScale(double least, double most) {
    private static final double[] STEPS = {1, 2, 5};
    private static final int DECADES_WITH_STEPS = 2;

    /**
     * From the power of ten below the smallest value, so that its bar has a length, to a round number above the
     * largest.
     */
    static LogScale of(double smallest, double largest) {
        double least = Math.pow(10, Math.ceil(Math.log10(smallest)) - 1);
        double most = Math.pow(10, Math.floor(Math.log10(largest)));
        for (double step : STEPS) {
            if (most * step >= largest) {
                return new LogScale(least, most * step);
            }
        }
        return new LogScale(least, most * 10);
    }

    /** Where a time lies, 0 at the start and 1 at the end; what lies outside is moved to the nearer one. */
    double place(double micros) {
        double place = Math.log(micros / least) / Math.log(most / least);
        return micros <= 0 ? 0 : Math.clamp(place, 0, 1);
    }

    /** Times to be labelled: the powers of ten and, where there are few, 2 and 5 times those. */
    List<Double> ticks() {
        boolean fine = Math.log10(most / least) <= DECADES_WITH_STEPS + 1e-9;
        List<Double> ticks = new ArrayList<>();
        for (double decade = least; decade <= most * 1.0001; decade *= 10) {
            for (double step : fine ? STEPS : new double[] {1}) {
                if (decade * step <= most * 1.0001) {
                    ticks.add(decade * step);
                }
            }
        }
        return ticks;
    }

    /** A round time in the unit that suits it. */
    static String label(double micros) {
        double scale = micros < 999.5 ? 1 : micros < 999.5e3 ? 1e3 : 1e6;
        String unit = scale == 1 ? "µs" : scale == 1e3 ? "ms" : "s";
        return String.format(Locale.ROOT, "%.4g", micros / scale)
                        .replaceFirst("(\\.\\d*?)0+$", "$1")
                        .replaceFirst("\\.$", "")
                + " " + unit;
    }
}
