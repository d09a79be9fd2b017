package org.tornadogpt.bench.lr;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * A range test (Smith 2017): training steps whose learning rate grows by the same factor each time, until the loss
 * rises far above its lowest. Losses are smoothed, for batches differ.
 *
 * @param rates of the steps that were taken
 * @param losses smoothed, after each
 * @param turned whether it ended because the loss rose, so that it went far enough
 */
public record RateTest(List<Double> rates, List<Double> losses, boolean turned) {
    private static final double SMOOTHING = 0.9;

    /** Times its lowest value at which a loss has risen too far to be worth more steps. */
    private static final double TOO_FAR = 1.5;

    /** One training step at a learning rate; returns its loss before the update. */
    @FunctionalInterface
    public interface Step {
        double take(long number, float rate);
    }

    public RateTest {
        rates = List.copyOf(rates);
        losses = List.copyOf(losses);
    }

    /** Takes up to {@code steps} steps at rates from {@code low} to {@code high}. */
    public static RateTest run(Step step, double low, double high, int steps, BooleanSupplier stop) {
        LongFunction<Double> rate = i -> low * Math.pow(high / low, (double) i / (steps - 1));
        List<Double> rates = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        double sum = 0;
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < steps && !stop.getAsBoolean(); i++) {
            double loss = step.take(i, rate.apply(i).floatValue());
            sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
            double smoothed = sum / (1 - Math.pow(SMOOTHING, i + 1.0));
            if (!Double.isFinite(smoothed) || smoothed > TOO_FAR * lowest) {
                return new RateTest(rates, losses, true);
            }
            lowest = Math.min(lowest, smoothed);
            rates.add(rate.apply(i));
            losses.add(smoothed);
        }
        return new RateTest(rates, losses, false);
    }

    /** The rate after which the smoothed loss was lowest. */
    public double atLowest() {
        return rates.get(lowest());
    }

    private int lowest() {
        int lowest = 0;
        for (int i = 1; i < losses.size(); i++) {
            if (losses.get(i) < losses.get(lowest)) {
                lowest = i;
            }
        }
        return lowest;
    }

    /** A tenth of {@link #atLowest}, for smoothing lags behind and long runs need some room. A rule of thumb. */
    public double suggestion() {
        return atLowest() / 10;
    }
}
