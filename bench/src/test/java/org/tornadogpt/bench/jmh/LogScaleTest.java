package org.tornadogpt.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogScaleTest {
    @ParameterizedTest
    @CsvSource({"40,400,10,500", "10,10,1,10", "0.4,0.4,0.1,0.5", "3,7000,1,10000", "999,1001,100,2000", "1,1,0.1,1"})
    void reachesFromBelowTheSmallestToARoundNumberAboveTheLargest(
            double smallest, double largest, double least, double most) {
        LogScale scale = LogScale.of(smallest, largest);
        assertThat(scale.least()).isCloseTo(least, within(1e-9 * least));
        assertThat(scale.most()).isCloseTo(most, within(1e-9 * most));
        assertThat(scale.place(smallest)).isGreaterThan(0);
        assertThat(scale.place(largest)).isLessThanOrEqualTo(1);
    }

    @Test
    void placesAreLogarithmicAndWithinTheAxis() {
        LogScale scale = new LogScale(1, 100);
        assertThat(scale.place(10)).isCloseTo(0.5, within(1e-12));
        assertThat(scale.place(-3)).isZero();
        assertThat(scale.place(0)).isZero();
        assertThat(scale.place(1e9)).isEqualTo(1);
    }

    @Test
    void ticksAreRoundAndFewAndEachHasItsUnit() {
        assertThat(new LogScale(10, 500).ticks().stream().map(LogScale::label))
                .containsExactly("10 µs", "20 µs", "50 µs", "100 µs", "200 µs", "500 µs");
        assertThat(new LogScale(0.1, 1e6).ticks().stream().map(LogScale::label))
                .containsExactly("0.1 µs", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s");
    }
}
