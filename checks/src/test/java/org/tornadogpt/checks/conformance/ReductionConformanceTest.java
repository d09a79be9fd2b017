package org.tornadogpt.checks.conformance;

import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.reduction.Reduction;

class ReductionConformanceTest {
    /** What a whole-array sum may be off by: far less than one long float sum is. */
    private static final Tolerance SUM = new Tolerance(2e-7, 4e-6);

    static Stream<Arguments> cases() {
        return Harness.cases(
                Reduction.class, List.of(1, 2, 15, 16, 255, 256, 257, 1021, 65_536, 65_537, 199_999, 3_000_017));
    }

    private static Memory memory(int size) {
        return new Memory(size + 100);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void norm(Reduction variant, int size) {
        Memory memory = memory(size);
        float[] values = normal(1, size);
        Slice x = memory.state(values);
        Slice out = memory.unset(1);
        Harness.run(variant, memory, l -> variant.norm(l, size, out, x));
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        SUM.check(variant.name() + " norm", out.toArray(), new double[] {Math.sqrt(squares)});
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mean(Reduction variant, int size) {
        Memory memory = memory(size);
        float[] values = normal(2, size);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            values[i] = Math.abs(values[i]);
            sum += values[i];
        }
        Slice x = memory.activation(values);
        Slice out = memory.unset(1);
        Harness.run(variant, memory, l -> variant.mean(l, size, out, x));
        SUM.check(variant.name() + " mean", out.toArray(), new double[] {sum / size});
    }
}
