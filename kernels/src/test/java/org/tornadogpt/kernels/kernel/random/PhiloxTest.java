package org.tornadogpt.kernels.kernel.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.memory.IntTensor;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class PhiloxTest {
    /** From the Random123 distribution, kat_vectors: philox 4x32, 10 rounds. */
    @Test
    void givesTheKnownAnswers() {
        assertThat(block(0, 0, 0, 0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1, -1, -1, -1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    private static int[] block(int key0, int key1, int c0, int c1, int c2, int c3) {
        int[] words = new int[4];
        for (int i = 0; i < 4; i++) {
            words[i] = Philox.word(key0, key1, c0, c1, c2, c3, i);
        }
        return words;
    }

    @Property
    void eightColumnsShareACounterAndTakeItsHalfWordsInOrder(@ForAll @IntRange(max = 1 << 20) int column) {
        int[] words = block(1, 2, column / 8, 6, 5 + 4 * 65536, 3);
        int word = words[column % 8 / 2];
        int half = column % 2 == 0 ? word & 0xFFFF : word >>> 16;
        assertThat(Philox.maskBits(1, 2, 3, 4, 5, 6, column)).isEqualTo(half);
    }

    @Test
    void aMaskKeepsTheWantedShare() {
        Dropout dropout = new Dropout(0.2f, 7, counters(11, 12, 13, 14));
        int kept = 0;
        for (int row = 0; row < 200; row++) {
            for (int column = 0; column < 500; column++) {
                float factor = mask(dropout.counters().array(), 7, row, column, dropout);
                assertThat(factor).isIn(0f, 1.25f);
                kept += factor > 0 ? 1 : 0;
            }
        }
        assertThat(kept / 100_000.0).isBetween(0.795, 0.805);
    }

    @Test
    void aProbabilityIsRoundedTo65536thsAndNeverDropsAll() {
        assertThat(threshold(0.5f)).isEqualTo(32768);
        assertThat(threshold(0.1f)).isEqualTo(6554);
        assertThat(threshold(1e-6f)).isZero();
        assertThat(threshold(Math.nextDown(1f))).isEqualTo(65535);
    }

    private static int threshold(float probability) {
        return new Dropout(probability, 7, counters(11, 12, 13, 14)).threshold();
    }

    @Test
    void theMaskDependsOnEveryCoordinate() {
        int base = Philox.maskBits(1, 2, 3, 4, 5, 6, 7);
        assertThat(new int[] {
                    Philox.maskBits(9, 2, 3, 4, 5, 6, 7),
                    Philox.maskBits(1, 9, 3, 4, 5, 6, 7),
                    Philox.maskBits(1, 2, 9, 4, 5, 6, 7),
                    Philox.maskBits(1, 2, 3, 9, 5, 6, 7),
                    Philox.maskBits(1, 2, 3, 4, 9, 6, 7),
                    Philox.maskBits(1, 2, 3, 4, 5, 9, 7),
                    Philox.maskBits(1, 2, 3, 4, 5, 6, 9)
                })
                .doesNotContain(base)
                .doesNotHaveDuplicates();
    }

    @Property
    void aStreamContinuesFromItsPosition(
            @ForAll long seed, @ForAll @IntRange int stream, @ForAll @IntRange(max = 300) int taken) {
        PhiloxStream whole = new PhiloxStream(seed, stream);
        for (int i = 0; i < taken; i++) {
            whole.nextInt(17);
            whole.nextGaussian();
        }
        PhiloxStream resumed = new PhiloxStream(seed, stream);
        resumed.seek(whole.position());
        for (int i = 0; i < 9; i++) {
            assertThat(resumed.nextInt()).isEqualTo(whole.nextInt());
        }
    }

    @Test
    void streamsAndSeedsDiffer() {
        int base = new PhiloxStream(1, 0).nextInt();
        assertThat(new PhiloxStream(1, 1).nextInt()).isNotEqualTo(base);
        assertThat(new PhiloxStream(2, 0).nextInt()).isNotEqualTo(base);
        assertThat(new PhiloxStream((1L << 40) + 1, 0).nextInt()).isNotEqualTo(base);
    }

    /** Recorded once: what a run drew yesterday it draws tomorrow, on any machine. */
    @Test
    void theFirstNumbersStayWhatTheyAre() {
        PhiloxStream stream = new PhiloxStream(42, 0);
        assertThat(stream.nextInt()).isEqualTo(Philox.word(42, 0, 0, 0, 0, -1, 0));
        assertThat(stream.nextInt(1000))
                .isEqualTo((int) (((Philox.word(42, 0, 0, 0, 0, -1, 1) & 0xFFFFFFFFL) * 1000) >> 32));
        assertThat(stream.nextFloat()).isEqualTo((Philox.word(42, 0, 0, 0, 0, -1, 2) >>> 8) / 16777216f);
        stream.seek(1L << 34);
        assertThat(stream.nextInt()).isEqualTo(Philox.word(42, 0, 0, 1, 0, -1, 0));
    }

    @Test
    void boundedNumbersAreUniform() {
        PhiloxStream stream = new PhiloxStream(3, 5);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[stream.nextInt(7)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_600, 10_400);
        }
        int high = 0;
        int bound = 3 << 29;
        for (int i = 0; i < 30_000; i++) {
            high += stream.nextInt(bound) >= bound / 2 ? 1 : 0;
        }
        assertThat(high).isBetween(14_600, 15_400);
    }

    @Test
    void normalNumbersHaveTheMomentsOfTheNormalDistribution() {
        PhiloxStream stream = new PhiloxStream(4, 0);
        SummaryStatistics values = new SummaryStatistics();
        SummaryStatistics fourthPowers = new SummaryStatistics();
        for (int i = 0; i < 100_000; i++) {
            double value = stream.nextGaussian();
            values.addValue(value);
            fourthPowers.addValue(value * value * value * value);
        }
        assertThat(values.getMean()).isBetween(-0.015, 0.015);
        assertThat(values.getVariance()).isBetween(0.98, 1.02);
        assertThat(fourthPowers.getMean()).isBetween(2.85, 3.15);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> new PhiloxStream(1, -1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new PhiloxStream(1, 0).nextInt(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> new PhiloxStream(1, 0).seek(-5)).hasMessageContaining("-5");
    }

    private static IntTensor counters(int... values) {
        IntTensor counters = new IntTensor("counters", new IntArray(Dropout.COUNTERS));
        counters.copyFrom(values);
        return counters;
    }

    private static float mask(IntArray counters, int site, int row, int column, Dropout dropout) {
        return Philox.mask(counters, site, row, column, dropout.threshold(), dropout.scale());
    }
}
