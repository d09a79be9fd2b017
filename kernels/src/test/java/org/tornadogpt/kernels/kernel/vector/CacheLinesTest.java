package org.tornadogpt.kernels.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CacheLinesTest {
    private static final int HEADER_BYTES = 16;
    private static final int LINE_BYTES = 64;

    @Test
    void nextIsTheFirstIndexWhoseElementBeginsALine() {
        for (int at = 0; at < 100; at++) {
            int next = CacheLines.next(at);
            assertThat((HEADER_BYTES + 4 * next) % LINE_BYTES).isZero();
            assertThat(next).isBetween(at, at + LINE_BYTES / 4 - 1);
        }
        assertThat(CacheLines.START).isEqualTo(CacheLines.next(0));
    }

    @Test
    void theSmallestArrayFillsMoreThanHalfARegionOfOneMegabyte() {
        assertThat(HEADER_BYTES + 4L * CacheLines.LEAST_FLOATS).isGreaterThan((1 << 20) / 2);
    }
}
