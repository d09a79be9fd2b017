package org.tornadogpt.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SliceTest {
    @Test
    void zeroReachesFromItsFirstToItsLastElementAndNoFurther() {
        Slice whole = Slice.allocate(7);
        whole.copyFrom(new float[] {1, 2, 3, 4, 5, 6, 7});
        new Slice(whole.array(), 2, 3).zero();
        assertThat(whole.toArray()).containsExactly(1, 2, 0, 0, 0, 6, 7);
        new Slice(whole.array(), 7, 0).zero();
        assertThat(whole.toArray()).containsExactly(1, 2, 0, 0, 0, 6, 7);
        whole.zero();
        assertThat(whole.toArray()).containsOnly(0f);
    }

    /** TornadoVM's arrays count bytes in an int: 2^30 floats would get four bytes. */
    @Test
    void whatOneArrayCannotHoldIsRefused() {
        int most = Slice.LONGEST;
        assertThat(4L * (most + 16)).isLessThan(Integer.MAX_VALUE);
        for (int length : new int[] {most + 1, 1 << 29, 1 << 30, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> Slice.allocate(length))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one array holds at most 536,870,895");
            assertThatThrownBy(() -> Tensor.activation("x", length))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("x [" + length + "]");
        }
        assertThat(Tensor.activation("x", most).size()).isEqualTo(most);
    }
}
