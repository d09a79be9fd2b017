package org.tornadogpt.kernels.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;

class Bf16VectorSliceTest {
    private static final int ALL = 1 << 16;

    /** Every bit pattern, so that an element's index is its bits, behind an uneven beginning. */
    private static VectorSource everyPattern() {
        Slice whole = Slice.allocate(DType.BF16, 3 + ALL);
        for (int i = 0; i < ALL; i++) {
            whole.bf16Array().set(3 + i, (short) i);
        }
        return VectorSource.of(new Slice(whole.memory(), 3, ALL));
    }

    private static void check(float[] values, int from) {
        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToRawIntBits(values[i])).isEqualTo((from + i) << 16);
        }
    }

    @Test
    void everyPatternIsWidenedExactly() {
        VectorSource source = everyPattern();
        for (int i = 0; i < ALL; i += LanesVector.LANES) {
            check(source.load(i).toArray(), i);
        }
    }

    @Test
    void maskedLanesAreReadAndTheOthersAreZero() {
        VectorSource source = everyPattern();
        for (int n = 1; n <= LanesVector.LANES; n++) {
            float[] values = source.load(ALL - n, LanesVector.first(n)).toArray();
            for (int i = 0; i < values.length; i++) {
                assertThat(Float.floatToRawIntBits(values[i])).isEqualTo(i < n ? (ALL - n + i) << 16 : 0);
            }
        }
    }

    @Test
    void copiesAnyNumber() {
        VectorSource source = everyPattern();
        for (int n = 0; n < 2 * LanesVector.LANES + 3; n++) {
            float[] target = new float[n + 2];
            source.copyTo(ALL - n, target, 1, n);
            float[] copied = Arrays.copyOfRange(target, 1, n + 1);
            check(copied, ALL - n);
            assertThat(target[0]).isZero();
            assertThat(target[n + 1]).isZero();
        }
    }
}
