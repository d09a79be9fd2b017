package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;
import static org.tornadogpt.checks.conformance.Harness.plus;
import static org.tornadogpt.checks.conformance.Harness.rounded;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.ActivationOracle;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;
import org.tornadogpt.kernels.ops.matmul.MatMulBlockedVector;

class MatMulConformanceTest {
    private static final List<Shape> SHAPES = List.of(
            new Shape(1, 1, 1),
            new Shape(1, 64, 65),
            new Shape(2, 3, 1),
            new Shape(3, 1, 7),
            new Shape(1, 128, 512),
            new Shape(2, 37, 513),
            new Shape(3, 131, 9),
            new Shape(7, 5, 3),
            new Shape(8, 16, 16),
            new Shape(13, 17, 19),
            new Shape(31, 33, 30),
            new Shape(33, 31, 47),
            new Shape(67, 131, 97),
            new Shape(64, 64, 192),
            new Shape(256, 128, 384),
            new Shape(512, 128, 256),
            new Shape(809, 21, 34),
            new Shape(130, 384, 95),
            new Shape(29, 1031, 70));

    static Stream<Arguments> cases() {
        return Harness.cases(MatMul.class, SHAPES);
    }

    static Stream<Arguments> bf16Cases() {
        return Harness.cases(MatMul.class, SHAPES, DType.BF16);
    }

    /** A layer with random values, and its results in double precision by EJML. */
    private static final class Layer {
        final float[] x;
        final float[] weight;
        final float[] bias;
        final float[] dout;
        final Shape s;

        Layer(Shape s) {
            this(s, DType.F32);
        }

        Layer(Shape s, DType weights) {
            this.s = s;
            x = normal(1, s.N() * s.K());
            weight = rounded(weights, normal(2, s.O() * s.K()));
            bias = normal(3, s.O());
            dout = normal(4, s.N() * s.O());
        }

        double[] out(boolean withBias) {
            SimpleMatrix product =
                    matrix(s.N(), s.K(), x).mult(matrix(s.O(), s.K(), weight).transpose());
            double[] out = elements(product);
            for (int i = 0; withBias && i < out.length; i++) {
                out[i] += bias[i % s.O()];
            }
            return out;
        }

        double[] dx() {
            return elements(matrix(s.N(), s.O(), dout).mult(matrix(s.O(), s.K(), weight)));
        }

        double[] dweight() {
            return elements(matrix(s.N(), s.O(), dout).transpose().mult(matrix(s.N(), s.K(), x)));
        }

        double[] dbias() {
            double[] sums = new double[s.O()];
            for (int i = 0; i < dout.length; i++) {
                sums[i % s.O()] += dout[i];
            }
            return sums;
        }

        private static SimpleMatrix matrix(int rows, int columns, float[] values) {
            return new SimpleMatrix(rows, columns, true, doubles(values));
        }

        private static double[] elements(SimpleMatrix matrix) {
            return matrix.getDDRM().getData().clone();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(MatMul matMul, Shape s) {
        Layer layer = new Layer(s);
        for (boolean withBias : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice x = memory.activation(layer.x);
            Slice out = memory.unset(s.N() * s.O());
            Slice weight = memory.state(layer.weight);
            Slice bias = withBias ? memory.state(layer.bias) : null;
            Harness.run(matMul, memory, l -> matMul.forward(l, s, out, x, weight, bias));
            Tolerance.sum(s.K()).check(matMul.name() + " out", out.toArray(), layer.out(withBias));
        }
    }

    /**
     * The oracle is fed with the rounded weights, so the tolerance is float32's; and so is the variant, and then all
     * bits agree.
     */
    @ParameterizedTest
    @MethodSource("bf16Cases")
    void bf16WeightsCountAsTheFloatsTheyRoundTo(MatMul matMul, Shape s) {
        Layer layer = new Layer(s, DType.BF16);
        for (boolean withBias : new boolean[] {true, false}) {
            float[] out = forward(matMul, layer, DType.BF16, withBias);
            Tolerance.sum(s.K()).check(matMul.name() + " out", out, layer.out(withBias));
            assertThat(out).isEqualTo(forward(matMul, layer, DType.F32, withBias));
        }
        if (matMul.fusesActivation()) {
            assertThat(activated(matMul, layer, DType.BF16)).isEqualTo(activated(matMul, layer, DType.F32));
        }
        if (matMul.fusesResidual()) {
            assertThat(residual(matMul, layer, DType.BF16)).isEqualTo(residual(matMul, layer, DType.F32));
        }
    }

    private static float[] forward(MatMul matMul, Layer layer, DType type, boolean withBias) {
        Memory memory = new Memory();
        Slice x = memory.activation(layer.x);
        Slice out = memory.unset(layer.s.N() * layer.s.O());
        Slice weight = Memory.weights(type, layer.weight);
        Slice bias = withBias ? memory.state(layer.bias) : null;
        Harness.run(matMul, memory, l -> matMul.forward(l, layer.s, out, x, weight, bias));
        return out.toArray();
    }

    /** Sequences that are decoded together get the bits that each gets alone. */
    @ParameterizedTest
    @CsvSource({"1,1", "5,7", "17,33", "128,97", "131,40"})
    void aRowOfFewHasTheSameBitsWhateverStandsBesideIt(int K, int O) {
        MatMul matMul = new MatMulBlockedVector();
        for (DType type : DType.values()) {
            float[] all = forward(matMul, new Layer(new Shape(32, K, O), type), type, true);
            for (int rows : new int[] {1, 2, 3, 8, 9, 16, 17, 31}) {
                float[] fewer = forward(matMul, new Layer(new Shape(rows, K, O), type), type, true);
                assertThat(fewer).as("%d rows of %s", rows, type).isEqualTo(Arrays.copyOf(all, rows * O));
            }
        }
    }

    private static float[] activated(MatMul matMul, Layer layer, DType type) {
        Memory memory = new Memory();
        Slice x = memory.activation(layer.x);
        Slice out = memory.unset(layer.s.N() * layer.s.O());
        Slice pre = memory.unset(layer.s.N() * layer.s.O());
        Slice weight = Memory.weights(type, layer.weight);
        Slice bias = memory.state(layer.bias);
        Harness.run(
                matMul, memory, l -> matMul.forwardActivation(l, layer.s, out, pre, x, weight, bias, Activation.GELU));
        return out.toArray();
    }

    private static float[] residual(MatMul matMul, Layer layer, DType type) {
        Memory memory = new Memory();
        Slice x = memory.activation(layer.x);
        Slice stream = memory.activation(normal(8, layer.s.N() * layer.s.O()));
        Slice weight = Memory.weights(type, layer.weight);
        Slice bias = memory.state(layer.bias);
        Harness.run(
                matMul,
                memory,
                l -> matMul.forwardResidual(l, layer.s, stream, stream, x, weight, bias, Dropout.none()));
        return stream.toArray();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardInput(MatMul matMul, Shape s) {
        Layer layer = new Layer(s);
        Memory memory = new Memory();
        Slice dx = memory.unset(s.N() * s.K());
        Slice dout = memory.activation(layer.dout);
        Slice weight = memory.state(layer.weight);
        Harness.run(matMul, memory, l -> matMul.backwardInput(l, s, dx, dout, weight));
        Tolerance.sum(s.O()).check(matMul.name() + " dx", dx.toArray(), layer.dx());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardWeightAccumulates(MatMul matMul, Shape s) {
        Layer layer = new Layer(s);
        float[] earlierWeight = normal(5, s.O() * s.K());
        float[] earlierBias = normal(6, s.O());
        for (boolean withBias : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice x = memory.activation(layer.x);
            Slice dout = memory.activation(layer.dout);
            Slice dweight = memory.state(earlierWeight);
            Slice dbias = withBias ? memory.state(earlierBias) : null;
            Harness.run(matMul, memory, l -> matMul.backwardWeight(l, s, dweight, dbias, dout, x));
            Tolerance tolerance = Tolerance.sum(s.N());
            tolerance.check(
                    matMul.name() + " dweight", dweight.toArray(), plus(layer.dweight(), doubles(earlierWeight)));
            if (withBias) {
                tolerance.check(matMul.name() + " dbias", dbias.toArray(), plus(layer.dbias(), doubles(earlierBias)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fusedActivationEqualsTheSeparateOnes(MatMul matMul, Shape s) {
        assumeTrue(matMul.fusesActivation(), "does not fuse activations");
        Layer layer = new Layer(s);
        for (Activation kind : Activation.values()) {
            Memory memory = new Memory();
            Slice x = memory.activation(layer.x);
            Slice out = memory.unset(s.N() * s.O());
            Slice pre = kind.needsInput() ? memory.unset(s.N() * s.O()) : null;
            Slice weight = memory.state(layer.weight);
            Slice bias = memory.state(layer.bias);
            Harness.run(matMul, memory, l -> matMul.forwardActivation(l, s, out, pre, x, weight, bias, kind));
            double[] expected = layer.out(true);
            if (pre != null) {
                Tolerance.sum(s.K()).check(matMul.name() + " " + kind + " pre", pre.toArray(), expected);
            }
            Tolerance.sum(s.K())
                    .times(2)
                    .check(matMul.name() + " " + kind + " out", out.toArray(), ActivationOracle.values(kind, expected));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fusedActivationBackwardEqualsTheSeparateOnes(MatMul matMul, Shape s) {
        assumeTrue(matMul.fusesActivation(), "does not fuse activations");
        Layer layer = new Layer(s);
        float[] kept = normal(7, s.N() * s.K());
        for (Activation kind : Activation.values()) {
            Memory memory = new Memory();
            Slice dx = memory.unset(s.N() * s.K());
            Slice dout = memory.activation(layer.dout);
            Slice saved = memory.activation(kept);
            Slice weight = memory.state(layer.weight);
            Harness.run(matMul, memory, l -> matMul.backwardInputActivation(l, s, dx, dout, weight, saved, kind));
            double[] expected = ActivationOracle.backward(kind, layer.dx(), doubles(kept));
            Tolerance.sum(s.O()).times(2).check(matMul.name() + " " + kind + " dx", dx.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fusedResidualEqualsTheSeparateOnes(MatMul matMul, Shape s) {
        assumeTrue(matMul.fusesResidual(), "does not fuse residuals");
        Layer layer = new Layer(s);
        float[] stream = normal(8, s.N() * s.O());
        for (Dropout dropout : List.of(Dropout.none(), Memory.dropout(0.3f, 11))) {
            for (boolean inPlace : new boolean[] {true, false}) {
                Memory memory = new Memory();
                Slice x = memory.activation(layer.x);
                Slice residual = memory.activation(stream);
                Slice out = inPlace ? residual : memory.unset(s.N() * s.O());
                Slice weight = memory.state(layer.weight);
                Slice bias = memory.state(layer.bias);
                Harness.run(matMul, memory, l -> matMul.forwardResidual(l, s, out, residual, x, weight, bias, dropout));
                double[] expected = ResidualConformanceTest.masked(dropout, s.O(), layer.out(true));
                Tolerance.sum(s.K())
                        .times(2)
                        .check(matMul.name() + " out", out.toArray(), plus(expected, doubles(stream)));
            }
        }
    }

    @Test
    void aWrongProductIsFound() {
        Shape s = new Shape(67, 131, 97);
        Layer layer = new Layer(s);
        double[] expected = layer.out(true);
        float[] actual = new float[expected.length];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = (float) expected[i];
        }
        Tolerance.sum(s.K()).check("out", actual, expected);
        actual[4000] -= layer.x[5] * layer.weight[5] * 0.01f;
        assertThatThrownBy(() -> Tolerance.sum(s.K()).check("out", actual, expected))
                .hasMessageContaining("worst at 4000");
    }

    @Test
    void theOracleOfTheGradientsHasTheRightSlopes() {
        Shape s = new Shape(3, 4, 5);
        Layer layer = new Layer(s);
        double[] g = doubles(layer.dout);
        CentralDifferences.check("dx", x -> product(s, x, doubles(layer.weight), g), doubles(layer.x), layer.dx());
        CentralDifferences.check(
                "dweight", w -> product(s, doubles(layer.x), w, g), doubles(layer.weight), layer.dweight());
    }

    private static double product(Shape s, double[] x, double[] weight, double[] g) {
        SimpleMatrix out =
                new SimpleMatrix(s.N(), s.K(), true, x).mult(new SimpleMatrix(s.O(), s.K(), true, weight).transpose());
        return CentralDifferences.dot(out.getDDRM().getData(), g);
    }
}
