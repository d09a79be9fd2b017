package org.tornadogpt.trainer.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SeriesChartTest {
    @Test
    void logarithmicAxesHaveTwoPowersOfTenToName() {
        assertThat(SeriesChart.spansPowers(Stream.of(3.9e9, 5e11))).isTrue();
        assertThat(SeriesChart.spansPowers(Stream.of(100.0, 10.0))).isTrue();
        assertThat(SeriesChart.spansPowers(Stream.of(1.2, 6.5))).isFalse();
        assertThat(SeriesChart.spansPowers(Stream.of(9.0, 99.0))).isFalse();
        assertThat(SeriesChart.spansPowers(Stream.of(0.0, 1e6))).isFalse();
    }
}
