package org.tornadogpt.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.tornadogpt.model.training.Batches.Purpose;

class BatchesTest {
    @Property(tries = 300)
    void blocksStayInsideTheirPartAndTargetsAreOneFurtherOn(
            @ForAll @IntRange(min = 40, max = 400) int length,
            @ForAll @IntRange(min = 1, max = 3) int block,
            @ForAll @IntRange(min = 1, max = 7) int batch,
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 100_000) long step) {
        int[] all = IntStream.range(0, length).toArray();
        for (Part part : new Part[] {new Part("head", all, 0, length - 4), new Part("tail", all, length - 4, length)}) {
            Batches batches = new Batches(part, batch, block, seed, Purpose.TRAIN);
            int[] tokens = new int[batches.size()];
            int[] targets = new int[batches.size()];
            batches.fill(step, 2, tokens, targets);
            for (int i = 0; i < tokens.length; i++) {
                assertThat(tokens[i]).isBetween((int) part.from(), (int) part.to() - 2);
                assertThat(targets[i]).isEqualTo(tokens[i] + 1);
            }
        }
    }

    @Test
    void everyPositionIsDrawnAboutEquallyOften() {
        Part part = new Part("head", IntStream.range(0, 50).toArray(), 0, 45);
        Batches batches = new Batches(part, 100, 5, 7, Purpose.TRAIN);
        int[] counts = new int[(int) part.positions(5)];
        for (int step = 0; step < 400; step++) {
            for (int row = 0; row < 100; row++) {
                counts[(int) batches.position(step, 0, row)]++;
            }
        }
        // 40 positions, 1000 draws expected of each, standard deviation 31
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(850);
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(1150);
    }

    @Test
    void seedStepMicroStepAndPurposeAllMatter() {
        Part part = new Part("x", new int[1_000_000], 0, 1_000_000);
        Batches batches = new Batches(part, 4, 8, 1, Purpose.TRAIN);
        long position = batches.position(5, 0, 2);
        assertThat(new Batches(part, 4, 8, 1, Purpose.TRAIN).position(5, 0, 2)).isEqualTo(position);
        assertThat(batches.position(6, 0, 2)).isNotEqualTo(position);
        assertThat(batches.position(5, 1, 2)).isNotEqualTo(position);
        assertThat(batches.position(5, 0, 3)).isNotEqualTo(position);
        assertThat(new Batches(part, 4, 8, 2, Purpose.TRAIN).position(5, 0, 2)).isNotEqualTo(position);
        assertThat(new Batches(part, 4, 8, 1L << 32 | 1, Purpose.TRAIN).position(5, 0, 2))
                .isNotEqualTo(position);
        assertThat(new Batches(part, 4, 8, 1, Purpose.EVALUATE_TRAINING).position(5, 0, 2))
                .isNotEqualTo(position);
    }

    @Test
    void aBlockAndItsTargetAreJustEnough() {
        Part part = new Part("validation", new int[90], 81, 90);
        assertThat(part.positions(8)).isEqualTo(1);
        assertThatThrownBy(() -> new Batches(part, 4, 9, 1, Purpose.TRAIN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("validation", "has 9 tokens", "at least 10", "block");
    }
}
