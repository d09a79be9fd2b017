package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.AttentionOracle;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;

class AttentionConformanceTest {
    record Case(AttentionShape s, float probability, float size) {
        Dropout dropout() {
            return probability == 0 ? Dropout.none() : Memory.dropout(probability, 29);
        }

        float[] qkv() {
            float[] qkv = normal(1, s.rows() * s.packedWidth());
            for (int i = 0; i < qkv.length; i++) {
                qkv[i] *= size;
            }
            return qkv;
        }

        float[] dout() {
            return normal(2, s.rows() * s.width());
        }

        /** Rounding grows with the longest sum and with the operands. */
        Tolerance tolerance() {
            double kept = 1 / (1 - probability);
            return Tolerance.sum(s.T() * (s.heads() / s.kvHeads()) + s.D())
                    .times(kept * kept * Math.max(1, size * size * size));
        }
    }

    private static Case of(int B, int T, int heads, int kvHeads, int D, double probability) {
        return new Case(new AttentionShape(B, T, heads, kvHeads, D), (float) probability, 1f);
    }

    static Stream<Arguments> cases() {
        return Harness.cases(
                CausalAttention.class,
                List.of(
                        of(1, 1, 1, 1, 1, 0),
                        of(3, 1, 2, 2, 7, 0.5),
                        of(1, 2, 1, 1, 3, 0),
                        of(2, 37, 3, 3, 5, 0),
                        of(2, 37, 3, 3, 5, 0.2),
                        of(1, 16, 4, 4, 16, 0),
                        of(2, 31, 2, 2, 32, 0.1),
                        of(1, 33, 6, 2, 8, 0),
                        of(2, 41, 4, 1, 13, 0.3),
                        of(1, 64, 2, 2, 64, 0),
                        of(1, 65, 3, 3, 64, 0.2),
                        of(1, 130, 4, 2, 32, 0.2),
                        of(2, 130, 2, 2, 17, 0),
                        of(1, 67, 2, 1, 101, 0.1),
                        of(9, 13, 4, 2, 5, 0.2),
                        of(8, 37, 3, 3, 7, 0),
                        of(8, 99, 2, 1, 33, 0.1),
                        of(1, 401, 2, 1, 8, 0.1),
                        new Case(new AttentionShape(1, 50, 2, 1, 24), 0f, 6f)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(CausalAttention variant, Case c) {
        Memory memory = new Memory();
        Slice qkv = memory.activation(c.qkv());
        Slice out = memory.unset(c.s().rows() * c.s().width());
        Slice saved = memory.unset(variant.savedFloats(c.s()));
        Dropout dropout = c.dropout();
        Harness.run(variant, memory, l -> variant.forward(l, c.s(), dropout, out, saved, qkv));
        AttentionOracle oracle = new AttentionOracle(c.s(), dropout, doubles(c.qkv()));
        c.tolerance().check(variant.name() + " out", out.toArray(), oracle.out());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backward(CausalAttention variant, Case c) {
        Memory memory = new Memory();
        Slice qkv = memory.activation(c.qkv());
        Slice out = memory.unset(c.s().rows() * c.s().width());
        Slice saved = memory.unset(variant.savedFloats(c.s()));
        Slice dout = memory.activation(c.dout());
        Slice dqkv = memory.unset(qkv.length());
        Dropout dropout = c.dropout();
        Harness.run(variant, memory, l -> variant.forward(l, c.s(), dropout, out, saved, qkv));
        Harness.run(variant, memory, l -> variant.backward(l, c.s(), dropout, dqkv, dout, out, qkv, saved));
        AttentionOracle oracle = new AttentionOracle(c.s(), dropout, doubles(c.qkv()));
        c.tolerance().times(2).check(variant.name() + " dqkv", dqkv.toArray(), oracle.dqkv(doubles(c.dout())));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void theFutureDoesNotMatter(CausalAttention variant) {
        AttentionShape s = new AttentionShape(1, 40, 2, 2, 16);
        float[] input = normal(1, s.rows() * s.packedWidth());
        Memory memory = new Memory();
        Slice qkv = memory.activation(input);
        Slice out = memory.unset(s.rows() * s.width());
        Slice saved = memory.unset(variant.savedFloats(s));
        Harness.run(variant, memory, l -> variant.forward(l, s, Dropout.none(), out, saved, qkv));
        float[] before = out.toArray();
        for (int i = 30 * s.packedWidth(); i < input.length; i++) {
            qkv.set(i, 100f * input[i]);
        }
        Harness.run(variant, memory, l -> variant.forward(l, s, Dropout.none(), out, saved, qkv));
        assertThat(Arrays.copyOf(out.toArray(), 30 * s.width())).containsExactly(Arrays.copyOf(before, 30 * s.width()));
    }

    /** Scores of 10^12: their rounding errors are far above what e^x can take. */
    @ParameterizedTest
    @MethodSource("variants")
    void hugeScoresGiveTheLikeliestValue(CausalAttention variant) {
        AttentionShape s = new AttentionShape(1, 130, 2, 2, 13);
        float[] input = normal(1, s.rows() * s.packedWidth());
        for (int i = 0; i < input.length; i++) {
            if (i % s.packedWidth() < 2 * s.width()) {
                input[i] *= 1e6f;
            }
        }
        Memory memory = new Memory();
        Slice qkv = memory.activation(input);
        Slice out = memory.unset(s.rows() * s.width());
        Slice saved = memory.unset(variant.savedFloats(s));
        Harness.run(variant, memory, l -> variant.forward(l, s, Dropout.none(), out, saved, qkv));
        int checked = 0;
        for (int h = 0; h < s.heads(); h++) {
            for (int i = 0; i < s.T(); i++) {
                checked += checkLikeliest(s, input, out, h, i) ? 1 : 0;
            }
        }
        assertThat(checked).isGreaterThan(s.heads() * s.T() * 9 / 10);
    }

    /**
     * Whether one score is so far above the others, of about 1e12, that floats can tell it: its value is then the
     * result.
     */
    private static boolean checkLikeliest(AttentionShape s, float[] input, Slice out, int h, int i) {
        double[] scores = new double[i + 1];
        for (int j = 0; j <= i; j++) {
            for (int d = 0; d < s.D(); d++) {
                double q = input[i * s.packedWidth() + h * s.D() + d];
                scores[j] += q * input[j * s.packedWidth() + s.width() + h * s.D() + d];
            }
        }
        int best = IntStream.range(0, i + 1).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
        double second = IntStream.range(0, i + 1)
                .filter(j -> j != best)
                .mapToDouble(j -> scores[j])
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
        if (scores[best] - second < 1e9) {
            return false;
        }
        for (int d = 0; d < s.D(); d++) {
            float value = input[best * s.packedWidth() + 2 * s.width() + h * s.D() + d];
            assertThat(out.get(i * s.width() + h * s.D() + d)).isCloseTo(value, within(1e-6f * (1 + Math.abs(value))));
        }
        return true;
    }

    /**
     * Of a query, a key and a value at time 3, in the rows that see them; rows before may have it, too: tiles multiply
     * it by 0.
     */
    @ParameterizedTest
    @MethodSource("variants")
    void doesNotHideNaN(CausalAttention variant) {
        AttentionShape s = new AttentionShape(1, 37, 1, 1, 5);
        for (int part = 0; part < 3; part++) {
            Memory memory = new Memory();
            Slice qkv = memory.activation(normal(1, s.rows() * s.packedWidth()));
            qkv.set(3 * s.packedWidth() + part * s.width() + 1, Float.NaN);
            Slice out = memory.unset(s.rows() * s.width());
            Slice saved = memory.unset(variant.savedFloats(s));
            Harness.run(variant, memory, l -> variant.forward(l, s, Dropout.none(), out, saved, qkv));
            for (int t = 3; t < (part == 0 ? 4 : s.T()); t++) {
                assertThat(out.get(t * s.width() + 1))
                        .as("part %d, time %d", part, t)
                        .isNaN();
            }
        }
    }

    static Stream<CausalAttention> variants() {
        return Harness.variants(CausalAttention.class).stream();
    }

    @Test
    void theOracleHasTheRightSlopes() {
        for (Case c : List.of(of(2, 5, 4, 2, 3, 0.4), of(1, 6, 2, 2, 4, 0))) {
            double[] g = doubles(c.dout());
            double[] qkv = doubles(c.qkv());
            CentralDifferences.check(
                    "dqkv",
                    x -> CentralDifferences.dot(new AttentionOracle(c.s(), c.dropout(), x).out(), g),
                    qkv,
                    new AttentionOracle(c.s(), c.dropout(), qkv).dqkv(g));
        }
    }
}
