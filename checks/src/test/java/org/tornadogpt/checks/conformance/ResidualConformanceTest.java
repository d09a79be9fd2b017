package org.tornadogpt.checks.conformance;

import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;
import static org.tornadogpt.checks.conformance.Harness.plus;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.ReferenceMask;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.residual.Residual;

class ResidualConformanceTest {
    record Case(int N, int C, float probability) {}

    static Stream<Arguments> cases() {
        return Harness.cases(
                Residual.class,
                List.of(
                        new Case(1, 1, 0f),
                        new Case(1, 1, 0.5f),
                        new Case(3, 17, 0.2f),
                        new Case(7, 64, 0.2f),
                        new Case(5, 95, 0f),
                        new Case(5, 129, 0.9f),
                        new Case(67, 131, 0.1f),
                        new Case(128, 384, 0.2f)));
    }

    /** {@code m branch}, in double precision. */
    static double[] masked(Dropout dropout, int C, double[] branch) {
        double[] masked = branch.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] *= ReferenceMask.factor(dropout, i / C, i % C);
        }
        return masked;
    }

    private static Dropout dropout(Case c) {
        return c.probability() == 0 ? Dropout.none() : Memory.dropout(c.probability(), 65_530);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Residual variant, Case c) {
        float[] stream = normal(1, c.N() * c.C());
        float[] added = normal(2, c.N() * c.C());
        Dropout dropout = dropout(c);
        double[] expected = plus(masked(dropout, c.C(), doubles(added)), doubles(stream));
        for (boolean inPlace : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice residual = memory.activation(stream);
            Slice branch = memory.activation(added);
            Slice out = inPlace ? residual : memory.unset(stream.length);
            Harness.run(variant, memory, l -> variant.forward(l, c.N(), c.C(), dropout, out, residual, branch));
            Tolerance.POINTWISE.check(variant.name() + " out", out.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardUsesTheSameMask(Residual variant, Case c) {
        float[] gradient = normal(3, c.N() * c.C());
        Dropout dropout = dropout(c);
        Memory memory = new Memory();
        Slice dout = memory.activation(gradient);
        Slice dbranch = memory.unset(gradient.length);
        Harness.run(variant, memory, l -> variant.backward(l, c.N(), c.C(), dropout, dbranch, dout));
        Tolerance.POINTWISE.check(
                variant.name() + " dbranch", dbranch.toArray(), masked(dropout, c.C(), doubles(gradient)));
    }
}
