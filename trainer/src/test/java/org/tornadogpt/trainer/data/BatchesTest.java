package org.tornadogpt.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.tornadogpt.trainer.data.Batches.Purpose;

class BatchesTest {
    @Property(tries = 300)
    void blocksStayInsideTheirPartAndTargetsAreOneFurtherOn(
            @ForAll @IntRange(min = 40, max = 400) int length,
            @ForAll @IntRange(min = 1, max = 3) int block,
            @ForAll @IntRange(min = 1, max = 7) int batch,
            @ForAll long seed,
            @ForAll @LongRange(min = 0, max = 100_000) long step) {
        Split split = Split.of(IntStream.range(0, length).toArray(), 0.1);
        for (Part part : new Part[] {split.training(), split.validation()}) {
            Batches batches = new Batches(part, batch, block, seed, Purpose.TRAIN);
            int[] tokens = new int[batches.size()];
            int[] targets = new int[batches.size()];
            batches.fill(step, 2, tokens, targets);
            for (int i = 0; i < tokens.length; i++) {
                assertThat(tokens[i]).isBetween(part.from(), part.to() - 2);
                assertThat(targets[i]).isEqualTo(tokens[i] + 1);
            }
        }
    }

    @Property(tries = 100)
    void everyTokenBelongsToExactlyOnePart(@ForAll @IntRange(min = 1, max = 1000) int length) {
        Split split = Split.of(new int[length], 0.1);
        assertThat(split.training().from()).isZero();
        assertThat(split.training().to()).isEqualTo(split.validation().from());
        assertThat(split.validation().to()).isEqualTo(length);
        assertThat(split.holdsOut()).isTrue();
    }

    @Test
    void everyPositionIsDrawnAboutEquallyOften() {
        Part part = Split.of(IntStream.range(0, 50).toArray(), 0.1).training();
        Batches batches = new Batches(part, 100, 5, 7, Purpose.TRAIN);
        int[] counts = new int[part.positions(5)];
        for (int step = 0; step < 400; step++) {
            for (int row = 0; row < 100; row++) {
                counts[batches.position(step, 0, row)]++;
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
        int position = batches.position(5, 0, 2);
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
    void aPartOfOneBlockAndItsTargetIsJustEnough() {
        Split split = Split.of(new int[90], 0.1); // 81 and 9
        split.check(8);
        assertThat(split.validation().positions(8)).isEqualTo(1);
        assertThatThrownBy(() -> split.check(9))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("validation", "has 9 tokens", "at least 10", "block");
    }

    @Test
    void withoutAShareBothPartsAreTheWholeText() {
        Split split = Split.of(new int[39], 0);
        assertThat(split.training().length()).isEqualTo(39);
        assertThat(split.validation().length()).isEqualTo(39);
        assertThat(split.holdsOut()).isFalse();
    }
}
