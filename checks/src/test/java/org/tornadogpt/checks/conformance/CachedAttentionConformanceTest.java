package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.AttentionOracle;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;

/** Caches filled at once or step by step, and every step's result, against the oracle of whole causal attention. */
class CachedAttentionConformanceTest {
    static Stream<Arguments> cases() {
        return Harness.cases(
                CachedAttention.class,
                List.of(
                        new AttentionShape(1, 1, 1, 1, 1),
                        new AttentionShape(3, 2, 2, 2, 7),
                        new AttentionShape(2, 37, 3, 3, 5),
                        new AttentionShape(1, 33, 6, 2, 8),
                        new AttentionShape(2, 71, 4, 1, 13),
                        new AttentionShape(1, 128, 4, 4, 32),
                        new AttentionShape(2, 71, 6, 2, 31),
                        new AttentionShape(1, 150, 2, 1, 67)));
    }

    /** A shape's input, and slices of memory for one step. Sequence b lies in slot B - b; slot 0 belongs to nobody. */
    private static final class Run {
        final AttentionShape s;
        final int kept;
        final float[] input;
        final Memory memory = new Memory(1 << 17);
        final int[] slots;
        final Slice keys;
        final Slice values;
        final Slice out;
        final Slice row;

        Run(AttentionShape s) {
            this.s = s;
            kept = s.kvHeads() * s.D();
            input = normal(1, s.rows() * s.packedWidth());
            keys = memory.state(new float[(s.B() + 1) * s.T() * kept]);
            values = memory.state(new float[(s.B() + 1) * s.T() * kept]);
            slots = new int[s.B()];
            Arrays.setAll(slots, b -> s.B() - b);
            out = memory.unset(s.B() * s.width());
            row = memory.activation(new float[s.B() * s.packedWidth()]);
        }

        /** The rows of all sequences at positions {@code from} to {@code end}. */
        float[] rows(int from, int end) {
            float[] rows = new float[s.B() * (end - from) * s.packedWidth()];
            int length = (end - from) * s.packedWidth();
            for (int b = 0; b < s.B(); b++) {
                System.arraycopy(input, (b * s.T() + from) * s.packedWidth(), rows, b * length, length);
            }
            return rows;
        }

        void fill(CachedAttention variant, int P) {
            Slice rows = memory.activation(rows(0, P));
            Harness.run(variant, memory, l -> variant.fill(l, s, P, keys, values, rows, Memory.ints(slots)));
        }

        /** One step of every sequence, each from a position of its own. */
        void step(CachedAttention variant, int... positions) {
            float[] next = new float[s.B() * s.packedWidth()];
            for (int b = 0; b < s.B(); b++) {
                System.arraycopy(
                        input,
                        (b * s.T() + positions[b]) * s.packedWidth(),
                        next,
                        b * s.packedWidth(),
                        s.packedWidth());
            }
            row.copyFrom(next);
            Harness.run(
                    variant,
                    memory,
                    l -> variant.step(l, s, out, keys, values, row, Memory.ints(positions), Memory.ints(slots)));
        }

        void check(String what, int... positions) {
            double[] all = new AttentionOracle(s, Dropout.none(), doubles(input)).out();
            double[] expected = new double[s.B() * s.width()];
            for (int b = 0; b < s.B(); b++) {
                System.arraycopy(all, (b * s.T() + positions[b]) * s.width(), expected, b * s.width(), s.width());
            }
            Tolerance.sum(s.T() + s.D()).check(what, out.toArray(), expected);
        }

        /** Every sequence at the same position. */
        int[] all(int t) {
            int[] positions = new int[s.B()];
            Arrays.fill(positions, t);
            return positions;
        }

        float kept(int b, int t, int c, int part) {
            return input[(b * s.T() + t) * s.packedWidth() + s.width() + part * kept + c];
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsAfterAFillGiveWhatTheWholeGives(CachedAttention variant, AttentionShape s) {
        Run run = new Run(s);
        int filled = Math.max(s.T() / 2, s.T() - 3);
        if (filled > 0) {
            run.fill(variant, filled);
        }
        for (int t = filled; t < s.T(); t++) {
            run.step(variant, run.all(t));
            run.check(variant.name() + " at " + t, run.all(t));
        }
        for (int b = 0; b < s.B(); b++) {
            for (int t = 0; t < s.T(); t++) {
                for (int c = 0; c < run.kept; c++) {
                    assertThat(run.keys.get((run.slots[b] * run.kept + c) * s.T() + t))
                            .isEqualTo(run.kept(b, t, c, 0));
                    assertThat(run.values.get((run.slots[b] * s.T() + t) * run.kept + c))
                            .isEqualTo(run.kept(b, t, c, 1));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sequencesMayBeOfDifferentLengths(CachedAttention variant, AttentionShape s) {
        Run run = new Run(s);
        run.fill(variant, s.T());
        int[] positions = new int[s.B()];
        Arrays.setAll(positions, b -> (s.T() - 1) * (b + 1) / s.B());
        run.step(variant, positions);
        run.check(variant.name(), positions);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatLiesBeyondThePositionDoesNotMatter(CachedAttention variant, AttentionShape s) {
        Run run = new Run(s);
        float[] garbage = new float[run.keys.length()];
        Arrays.fill(garbage, Float.NaN);
        run.keys.copyFrom(garbage);
        run.values.copyFrom(garbage);
        for (int t = 0; t < Math.min(3, s.T()); t++) {
            run.step(variant, run.all(t));
            run.check(variant.name() + " at " + t, run.all(t));
        }
    }
}
