package org.tornadogpt.trainer.eval;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * A mean over a text and a 95 % interval by the method of batch means: neighbouring tokens' losses are not
 * independent, so the text is cut into some 30 long stretches, whose means nearly are, and Student's t does the rest.
 * It tells how far another text of the same kind and length would be off, not what another seed would give.
 *
 * @param mean of all values
 * @param halfWidth of the interval; NaN if there are too few values
 * @param batches stretches
 */
public record BatchMeans(double mean, double halfWidth, int batches) {
    private static final int BATCHES = 30;

    /** Values of a stretch below which their means are far from independent. */
    private static final int FEWEST = 32;

    private static final double QUANTILE = 0.975;

    public static BatchMeans of(double... values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        int batches = Math.min(BATCHES, values.length / FEWEST);
        if (batches < 2) {
            return new BatchMeans(mean, Double.NaN, batches);
        }
        double[] means = new double[batches];
        for (int b = 0; b < batches; b++) {
            int from = cut(b, batches, values.length);
            int to = cut(b + 1, batches, values.length);
            means[b] = Arrays.stream(values, from, to).average().orElseThrow();
        }
        double middle = Arrays.stream(means).average().orElseThrow();
        double squares =
                Arrays.stream(means).map(m -> (m - middle) * (m - middle)).sum();
        double error = Math.sqrt(squares / (batches - 1) / batches);
        double t = new TDistribution(batches - 1).inverseCumulativeProbability(QUANTILE);
        return new BatchMeans(mean, t * error, batches);
    }

    private static int cut(int batch, int batches, int values) {
        return (int) ((long) values * batch / batches);
    }
}
