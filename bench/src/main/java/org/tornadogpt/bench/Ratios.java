package org.tornadogpt.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * What timing two sides in turn says about how much they differ. Each round gives one ratio, of two times taken within
 * moments of each other: what slows the machine for longer than that slows both and leaves the ratio as it is. What one
 * repeat's rounds have in common by chance, such as where memory lies and what was compiled first, only other repeats
 * show.
 *
 * @param millis this build's median
 * @param againstMillis the other's median
 * @param ratio geometric mean of the repeats' medians of the rounds' ratios: the other's time divided by this build's
 * @param lowerQuartile a quarter of all rounds' ratios are below
 * @param upperQuartile and a quarter above
 * @param repeats each repeat's median
 * @param interval of the ratio; empty if there was one repeat only
 */
public record Ratios(
        double millis,
        double againstMillis,
        double ratio,
        double lowerQuartile,
        double upperQuartile,
        List<Double> repeats,
        Optional<Interval> interval) {
    private static final double CONFIDENCE = 0.95;

    public Ratios {
        repeats = List.copyOf(repeats);
    }

    /** One repeat's times, by round. */
    public record Times(double[] here, double[] against) {
        private double[] ratios() {
            double[] ratios = new double[here.length];
            Arrays.setAll(ratios, i -> against[i] / here[i]);
            return ratios;
        }
    }

    /** Student's over logarithms of ratios: would contain the mean of ever more repeats in 95 of 100 cases. */
    public record Interval(double low, double high) {
        public boolean excludesOne() {
            return low > 1 || high < 1;
        }
    }

    public static Ratios of(List<Times> times) {
        List<Double> repeats =
                times.stream().map(t -> quantile(t.ratios(), 0.5)).toList();
        double[] all =
                times.stream().flatMapToDouble(t -> Arrays.stream(t.ratios())).toArray();
        SummaryStatistics logs = new SummaryStatistics();
        repeats.forEach(ratio -> logs.addValue(Math.log(ratio)));
        return new Ratios(
                quantile(
                        times.stream()
                                .flatMapToDouble(t -> Arrays.stream(t.here()))
                                .toArray(),
                        0.5),
                quantile(
                        times.stream()
                                .flatMapToDouble(t -> Arrays.stream(t.against()))
                                .toArray(),
                        0.5),
                Math.exp(logs.getMean()),
                quantile(all, 0.25),
                quantile(all, 0.75),
                repeats,
                interval(logs));
    }

    /** Whether both sides took time: an operation that one side lacks has no ratio. */
    public boolean exist() {
        return millis > 0 && againstMillis > 0;
    }

    /** Between neighbours, in proportion. */
    private static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    private static Optional<Interval> interval(SummaryStatistics logs) {
        if (logs.getN() < 2) {
            return Optional.empty();
        }
        double quantile = new TDistribution(logs.getN() - 1.0).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        double half = quantile * logs.getStandardDeviation() / Math.sqrt((double) logs.getN());
        return Optional.of(new Interval(Math.exp(logs.getMean() - half), Math.exp(logs.getMean() + half)));
    }
}
