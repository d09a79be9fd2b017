package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;

/** Each operation on numbers is rounded once: results are compared bit for bit. */
class ElementwiseConformanceTest {
    static Stream<Arguments> cases() {
        return Harness.cases(Elementwise.class, List.of(1, 2, 15, 16, 17, 255, 1031, 16_384, 16_385, 40_009));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fill(Elementwise variant, int size) {
        Memory memory = new Memory();
        Slice out = memory.unset(size);
        Harness.run(variant, memory, sink -> variant.fill(sink, size, out, -2.5f));
        float[] expected = new float[size];
        Arrays.fill(expected, -2.5f);
        assertThat(out.toArray()).containsExactly(expected);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void copyKeepsEveryBit(Elementwise variant, int size) {
        Memory memory = new Memory();
        float[] values = normal(1, size);
        values[size / 2] = Float.NaN;
        values[size - 1] = -0f;
        Slice x = memory.state(values);
        Slice out = memory.activation(normal(2, size));
        Harness.run(variant, memory, sink -> variant.copy(sink, size, out, x));
        assertThat(out.toArray()).containsExactly(values);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void add(Elementwise variant, int size) {
        Memory memory = new Memory();
        Slice a = memory.activation(normal(1, size));
        Slice b = memory.state(normal(2, size));
        Slice out = memory.unset(size);
        Harness.run(variant, memory, sink -> variant.add(sink, size, out, a, b));
        assertThat(out.toArray()).containsExactly(sums(size));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void addInPlace(Elementwise variant, int size) {
        for (boolean first : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice a = memory.activation(normal(1, size));
            Slice b = memory.activation(normal(2, size));
            Slice out = first ? a : b;
            Harness.run(variant, memory, sink -> variant.add(sink, size, out, a, b));
            assertThat(out.toArray()).containsExactly(sums(size));
        }
    }

    private static float[] sums(int size) {
        float[] a = normal(1, size);
        float[] b = normal(2, size);
        for (int i = 0; i < size; i++) {
            a[i] += b[i];
        }
        return a;
    }

    /** Where the result goes: memory of its own, or what the first or the second operand leaves. */
    @ParameterizedTest
    @MethodSource("cases")
    void combine(Elementwise variant, int size) {
        for (int place = 0; place < 3; place++) {
            Memory memory = new Memory();
            Slice x = memory.activation(normal(1, size));
            Slice y = memory.state(normal(2, size));
            Slice factors = memory.state(-0.3f, 1.7f);
            Slice out = List.of(memory.unset(size), x, y).get(place);
            Harness.run(variant, memory, sink -> variant.combine(sink, size, out, x, y, factors));
            float[] expected = normal(1, size);
            float[] second = normal(2, size);
            for (int i = 0; i < size; i++) {
                expected[i] = -0.3f * expected[i] + 1.7f * second[i];
            }
            assertThat(out.toArray()).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void divide(Elementwise variant, int size) {
        for (boolean inPlace : new boolean[] {false, true}) {
            Memory memory = new Memory();
            Slice x = memory.activation(normal(1, size));
            Slice divisor = memory.state(2.7f);
            Slice out = inPlace ? x : memory.unset(size);
            Harness.run(variant, memory, sink -> variant.divide(sink, size, out, x, divisor, 0.5f));
            float[] expected = normal(1, size);
            for (int i = 0; i < size; i++) {
                expected[i] /= 2.7f + 0.5f;
            }
            assertThat(out.toArray()).containsExactly(expected);
        }
    }
}
