package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PositionRangesTest {
    @Test
    void rangesDouble() {
        List<PositionRanges> ranges = PositionRanges.of(7, 6, 5, 3, 2, 2, 2, Double.NaN);
        assertThat(ranges)
                .containsExactly(
                        new PositionRanges(1, 1, 7),
                        new PositionRanges(2, 2, 6),
                        new PositionRanges(3, 4, 4),
                        new PositionRanges(5, 7, 2));
        assertThat(ranges).extracting(PositionRanges::toString).containsExactly("1", "2", "3-4", "5-7");
    }
}
