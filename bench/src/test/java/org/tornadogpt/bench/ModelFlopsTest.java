package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Presets;

class ModelFlopsTest {
    /** nanoGPT: 123,653,376 parameters without positions; 6 N + 12 L H Q T = 741,920,256 + 113,246,208. */
    @Test
    void gpt2IsCountedAsNanoGptDoes() {
        assertThat(ModelFlops.perToken(Presets.find("gpt2"))).isCloseTo(855_166_464.0, within(1.0));
    }

    @Test
    void aHeadOfItsOwnIsCountedAndTheEmbeddingIsNot() {
        GptConfig tied = GptConfig.builder(50, 16, 8, 2, 3).tiedHead(true).build();
        GptConfig own = GptConfig.builder(50, 16, 8, 2, 3).build();
        assertThat(ModelFlops.perToken(own)).isEqualTo(ModelFlops.perToken(tied));
        assertThat(ModelFlops.perToken(Presets.find("bigram"))).isZero();
    }
}
