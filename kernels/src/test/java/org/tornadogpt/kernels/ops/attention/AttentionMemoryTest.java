package org.tornadogpt.kernels.ops.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What variants keep for the backward pass, as docs/EXPERIMENTS.md has it. */
class AttentionMemoryTest {
    private static AttentionShape shape(int T) {
        return new AttentionShape(1, T, 8, 8, 64);
    }

    @Test
    void flashGrowsWithTimeAndTheTableWithItsSquare() {
        assertThat(new CausalAttentionFlashVector().savedFloats(shape(16_384))).isEqualTo(8 * 16_384);
        assertThat(new CausalAttentionLoop().savedFloats(shape(4_096))).isEqualTo(8 * 4_096 * 4_096);
    }

    @Test
    void aTableThatDoesNotFitOneArrayIsRefusedWithItsSize() {
        assertThatThrownBy(() -> new CausalAttentionLoop().savedFloats(shape(16_384)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keeps B*H*T*T = 2147483648 probabilities (8.0 GiB) in one array");
        assertThatThrownBy(() -> new CausalAttentionLoop().savedFloats(shape(1 << 20)))
                .hasMessageContaining("32768.0 GiB");
    }
}
