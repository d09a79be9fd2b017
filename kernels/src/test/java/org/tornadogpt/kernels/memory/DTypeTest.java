package org.tornadogpt.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DTypeTest {
    private static float bits(int bits) {
        return Float.intBitsToFloat(bits);
    }

    @Test
    void everyBf16IsItsOwnRounding() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = DType.float32((short) bits);
            assertThat(Float.floatToRawIntBits(value)).isEqualTo(bits << 16);
            if (!Float.isNaN(value)) {
                assertThat(DType.bf16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void roundsToTheNearestAndOfTwoToTheEvenOne() {
        assertThat(DType.bf16(bits(0x3f807fff))).isEqualTo((short) 0x3f80);
        assertThat(DType.bf16(bits(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(DType.bf16(bits(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(DType.bf16(bits(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(DType.bf16(bits(0xbf818000))).isEqualTo((short) 0xbf82);
        assertThat(DType.bf16(bits(0x3fffffff))).isEqualTo((short) 0x4000);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            float value = bits(random.nextInt());
            if (Float.isFinite(value)) {
                double error = Math.abs((double) DType.BF16.rounded(value) - value);
                int down = Float.floatToRawIntBits(value) & 0xffff0000;
                double gap = Math.abs((double) bits(down + 0x10000) - bits(down));
                assertThat(error).isLessThanOrEqualTo(gap / 2);
            }
        }
    }

    @Test
    void whatIsNoNumberStaysNoneAndWhatIsTooLargeBecomesInfinite() {
        for (int nan : new int[] {0x7fc00000, 0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff}) {
            assertThat(DType.BF16.rounded(bits(nan))).isNaN();
        }
        assertThat(DType.BF16.rounded(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(DType.BF16.rounded(-Float.MAX_VALUE)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(DType.bf16(-0f)).isEqualTo((short) 0x8000);
        assertThat(DType.F32.rounded(0.1f)).isEqualTo(0.1f);
    }

    @Test
    void aSliceOfBf16TakesHalfTheBytesAndRounds() {
        Slice whole = Slice.allocate(DType.BF16, 7);
        assertThat(whole.type()).isEqualTo(DType.BF16);
        assertThat(whole.bytes()).isEqualTo(14);
        assertThat(whole.memory().getNumBytesOfSegment()).isEqualTo(14);
        whole.copyFrom(new float[] {1, 0.1f, -3, 4, 5, 6, 7});
        Slice part = new Slice(whole.memory(), 1, 3);
        assertThat(part.toArray()).containsExactly(DType.BF16.rounded(0.1f), -3, 4);
        assertThat(part.byteAt(2)).isEqualTo(6);
        part.set(2, 0.3f);
        assertThat(part.get(2)).isEqualTo(DType.BF16.rounded(0.3f));
        part.zero();
        assertThat(whole.toArray()).containsExactly(1, 0, 0, 0, 5, 6, 7);
        assertThatThrownBy(part::array).hasMessage("a slice of bf16 is used as f32");
        assertThatThrownBy(Slice.allocate(1)::bf16Array).hasMessage("a slice of f32 is used as bf16");
    }
}
