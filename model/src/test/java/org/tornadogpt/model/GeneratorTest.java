package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final int V = 10;

    /** Predicts the successor of the last token, and keeps the contexts it saw. */
    private static final class Counting implements LogitsSource {
        final List<int[]> contexts = new ArrayList<>();
        private final LanguageModel model;

        Counting(int blockSize) {
            model = new BigramConfig(V, blockSize).model();
        }

        @Override
        public LanguageModel model() {
            return model;
        }

        @Override
        public float[] logits(int[] context) {
            contexts.add(context);
            float[] logits = new float[V];
            logits[(context[context.length - 1] + 1) % V] = 1;
            return logits;
        }
    }

    @Test
    void aContextThatOutgrowsTheBlockIsCutToItsLastHalf() {
        Counting source = new Counting(4);
        assertThat(new Generator(source).generate(new int[] {7}, 8, Sampling.greedy()))
                .containsExactly(8, 9, 0, 1, 2, 3, 4, 5);
        assertThat(source.contexts)
                .containsExactly(
                        new int[] {7},
                        new int[] {7, 8},
                        new int[] {7, 8, 9},
                        new int[] {7, 8, 9, 0},
                        new int[] {0, 1},
                        new int[] {0, 1, 2},
                        new int[] {0, 1, 2, 3},
                        new int[] {3, 4});
    }

    @Test
    void aLongPromptIsCutLikewiseAndABlockOfOneWorks() {
        Counting source = new Counting(4);
        new Generator(source).generate(new int[] {1, 2, 3, 4, 5}, 1, Sampling.greedy());
        assertThat(source.contexts).containsExactly(new int[] {4, 5});
        assertThat(new Generator(new Counting(1)).generate(new int[] {1, 2}, 2, Sampling.greedy()))
                .containsExactly(3, 4);
    }

    @Test
    void theListenerCanStop() {
        List<Integer> told = new ArrayList<>();
        long written = new Generator(new Counting(4))
                .generate(new int[] {0}, Long.MAX_VALUE, Sampling.greedy(), token -> {
                    told.add(token);
                    return told.size() < 3;
                });
        assertThat(told).containsExactly(1, 2, 3);
        assertThat(written).isEqualTo(3);
    }

    @Test
    void theSeedDecides() {
        Generator generator = new Generator(new Counting(4));
        int[] text = generator.generate(new int[] {0}, 100, Sampling.plain(5));
        assertThat(generator.generate(new int[] {0}, 100, Sampling.plain(5))).isEqualTo(text);
        assertThat(generator.generate(new int[] {0}, 100, Sampling.plain(6))).isNotEqualTo(text);
        assertThat(generator.generate(new int[] {0}, 0, Sampling.plain(5))).isEmpty();
    }

    @Test
    void anEmptyPromptAndANegativeCountAreErrors() {
        Generator generator = new Generator(new Counting(4));
        assertThatThrownBy(() -> generator.generate(new int[0], 1, Sampling.greedy()))
                .hasMessageContaining("prompt");
        assertThatThrownBy(() -> generator.generate(new int[1], -1L, Sampling.greedy(), t -> true))
                .hasMessageContaining("-1");
    }
}
