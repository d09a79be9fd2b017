package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchMeansTest {
    @Test
    void theIntervalOfIndependentValuesIsTheUsualOne() {
        Random random = new Random(5);
        double[] values = IntStream.range(0, 60_000)
                .mapToDouble(i -> random.nextGaussian())
                .toArray();
        BatchMeans mean = BatchMeans.of(values);
        assertThat(mean.batches()).isEqualTo(30);
        assertThat(mean.mean()).isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1e-12));
        assertThat(mean.halfWidth()).isBetween(0.7 * 2.045 / Math.sqrt(60_000), 1.4 * 2.045 / Math.sqrt(60_000));
    }

    /** The variance of the mean of an autoregressive series is (1 + r) / (1 - r) times that of independent values. */
    @Test
    void neighboursThatAreAlikeWidenIt() {
        double r = 0.8;
        int covered = 0;
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            double[] values = new double[6007];
            for (int i = 1; i < values.length; i++) {
                values[i] = r * values[i - 1] + random.nextGaussian();
            }
            BatchMeans mean = BatchMeans.of(values);
            covered += Math.abs(mean.mean()) <= mean.halfWidth() ? 1 : 0;
        }
        assertThat(covered).as("of 200 intervals that hold the true mean").isBetween(180, 199);
    }

    @Test
    void aShortTextHasNone() {
        BatchMeans mean = BatchMeans.of(1, 2, 3);
        assertThat(mean.mean()).isEqualTo(2);
        assertThat(mean.halfWidth()).isNaN();
    }
}
