package org.tornadogpt.kernels.conformance;

import static org.tornadogpt.kernels.conformance.Harness.doubles;
import static org.tornadogpt.kernels.conformance.Harness.normal;
import static org.tornadogpt.kernels.conformance.Harness.rounded;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.embedding.Embedding.Shape;

class EmbeddingConformanceTest {
    private static final List<Shape> SHAPES = List.of(
            new Shape(1, 1, 1, 1),
            new Shape(6, 3, 5, 2),
            new Shape(3, 7, 16, 11),
            new Shape(37, 37, 31, 13),
            new Shape(96, 32, 64, 65),
            new Shape(254, 127, 67, 97),
            new Shape(512, 128, 128, 95),
            new Shape(1536, 96, 37, 5),
            new Shape(64, 16, 33, 3001));

    static Stream<Arguments> cases() {
        return Harness.cases(Embedding.class, SHAPES);
    }

    static Stream<Arguments> bf16Cases() {
        return Harness.cases(Embedding.class, SHAPES, DType.BF16);
    }

    /** Tokens with repetitions, the vocabulary's ends among them. */
    private static int[] tokens(Shape s) {
        int[] tokens = Harness.below(s.V(), 9, s.N());
        tokens[0] = s.V() - 1;
        tokens[s.N() - 1] = 0;
        return tokens;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Embedding variant, Shape s) {
        forward(variant, s, DType.F32);
    }

    /** Tables in bfloat16 count as the floats they round to. */
    @ParameterizedTest
    @MethodSource("bf16Cases")
    void forwardOfBf16Tables(Embedding variant, Shape s) {
        forward(variant, s, DType.BF16);
    }

    private static void forward(Embedding variant, Shape s, DType type) {
        float[] tokenTable = rounded(type, normal(1, s.V() * s.C()));
        float[] positionTable = rounded(type, normal(2, s.T() * s.C()));
        int[] tokens = tokens(s);
        for (boolean withPositions : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice out = memory.unset(s.N() * s.C());
            Slice table = Memory.weights(type, tokenTable);
            Slice positions = withPositions ? Memory.weights(type, positionTable) : null;
            IntSlice ids = Memory.ints(tokens);
            Harness.run(variant, memory, l -> variant.forward(l, s, out, ids, table, positions));
            double[] expected = new double[s.N() * s.C()];
            for (int i = 0; i < expected.length; i++) {
                int n = i / s.C();
                int c = i % s.C();
                expected[i] = tokenTable[tokens[n] * s.C() + c];
                expected[i] += withPositions ? positionTable[n % s.T() * s.C() + c] : 0;
            }
            Tolerance.POINTWISE.check(variant.name() + " out", out.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardAccumulates(Embedding variant, Shape s) {
        float[] dout = normal(3, s.N() * s.C());
        float[] earlierTokens = normal(4, s.V() * s.C());
        float[] earlierPositions = normal(5, s.T() * s.C());
        int[] tokens = tokens(s);
        double[] dTokens = doubles(earlierTokens);
        double[] dPositions = doubles(earlierPositions);
        for (int i = 0; i < dout.length; i++) {
            int n = i / s.C();
            dTokens[tokens[n] * s.C() + i % s.C()] += dout[i];
            dPositions[n % s.T() * s.C() + i % s.C()] += dout[i];
        }
        for (boolean withPositions : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice gradient = memory.activation(dout);
            Slice table = memory.state(earlierTokens);
            Slice positions = withPositions ? memory.state(earlierPositions) : null;
            IntSlice ids = Memory.ints(tokens);
            Harness.run(variant, memory, l -> variant.backward(l, s, table, positions, gradient, ids));
            Tolerance tolerance = Tolerance.sum(s.N() / Math.min(s.V(), s.T()) + 1);
            tolerance.check(variant.name() + " dTokenTable", table.toArray(), dTokens);
            if (withPositions) {
                tolerance.check(variant.name() + " dPositionTable", positions.toArray(), dPositions);
            }
        }
    }
}
