package org.tornadogpt.trainer.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tornadogpt.kernels.memory.Slice;

/**
 * How values are spread: buckets of one width from the least to the greatest.
 *
 * @param limits upper end of each bucket; the last one's belongs to it
 * @param counts values in each bucket
 */
public record ValueHistogram(
        double min, double max, double sum, double sumOfSquares, List<Double> limits, List<Double> counts) {
    private static final int BUCKETS = 30;

    public ValueHistogram {
        limits = List.copyOf(limits);
        counts = List.copyOf(counts);
    }

    /** Of at least one value. */
    public static ValueHistogram of(Slice values) {
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < values.length(); i++) {
            double value = values.get(i);
            min = Math.min(min, value);
            max = Math.max(max, value);
            sum += value;
            squares += value * value;
        }
        int buckets = max > min ? BUCKETS : 1;
        double width = (max - min) / buckets;
        double[] counts = new double[buckets];
        for (int i = 0; i < values.length(); i++) {
            int bucket = max > min ? (int) ((values.get(i) - min) / width) : 0;
            counts[Math.min(bucket, buckets - 1)]++;
        }
        List<Double> limits = new ArrayList<>(Collections.nCopies(buckets, max));
        for (int i = 0; i < buckets - 1; i++) {
            limits.set(i, min + (i + 1) * width);
        }
        return new ValueHistogram(
                min, max, sum, squares, limits, Arrays.stream(counts).boxed().toList());
    }

    /** How many values there are. */
    double count() {
        return counts.stream().mapToDouble(c -> c).sum();
    }
}
