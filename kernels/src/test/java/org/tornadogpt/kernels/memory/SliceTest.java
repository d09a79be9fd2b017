package org.tornadogpt.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;

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
}
