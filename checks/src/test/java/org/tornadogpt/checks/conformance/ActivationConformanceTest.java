package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.ActivationOracle;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;

class ActivationConformanceTest {
    private static final float[] EXTREMES = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-20f,
        6.5f,
        -6.5f,
        13f,
        -13f,
        25f,
        -25f,
        200f,
        -200f,
        1e10f,
        -1e10f,
        1e19f,
        -1e19f,
        1e30f,
        -1e30f
    };

    record Case(Activation kind, int size) {}

    static Stream<Arguments> cases() {
        List<Integer> sizes = List.of(1, 7, 16, 17, 63, 1021, 20_011);
        return Harness.cases(
                PointwiseActivation.class, Harness.pairs(Arrays.asList(Activation.values()), sizes, Case::new));
    }

    static Stream<Arguments> kinds() {
        return Harness.cases(PointwiseActivation.class, Arrays.asList(Activation.values()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(PointwiseActivation variant, Case c) {
        float[] input = scaled(normal(1, c.size()));
        double[] expected = ActivationOracle.values(c.kind(), doubles(input));
        for (boolean inPlace : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice x = memory.activation(input);
            Slice out = inPlace ? x : memory.unset(c.size());
            Harness.run(variant, memory, l -> variant.forward(l, c.size(), c.kind(), out, x));
            Tolerance.POINTWISE.check(variant.name() + " out", out.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backward(PointwiseActivation variant, Case c) {
        float[] input = scaled(normal(1, c.size()));
        float[] gradient = normal(2, c.size());
        double[] expected = ActivationOracle.backward(c.kind(), doubles(gradient), doubles(input));
        for (boolean inPlace : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice dout = memory.activation(gradient);
            Slice saved = memory.activation(input);
            Slice dx = inPlace ? dout : memory.unset(c.size());
            Harness.run(variant, memory, l -> variant.backward(l, c.size(), c.kind(), dx, dout, saved));
            Tolerance.POINTWISE.times(2).check(variant.name() + " dx", dx.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void staysAccurateFarOut(PointwiseActivation variant, Activation kind) {
        Memory memory = new Memory();
        Slice x = memory.activation(EXTREMES);
        Slice ones = memory.activation(filled(EXTREMES.length));
        Slice out = memory.unset(EXTREMES.length);
        Slice slopes = memory.unset(EXTREMES.length);
        Harness.run(variant, memory, l -> {
            variant.forward(l, EXTREMES.length, kind, out, x);
            variant.backward(l, EXTREMES.length, kind, slopes, ones, x);
        });
        Tolerance.POINTWISE.check(
                variant.name() + " out", out.toArray(), ActivationOracle.values(kind, doubles(EXTREMES)));
        double[] expected = new double[EXTREMES.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.abs(EXTREMES[i]) > 1e6
                    ? (EXTREMES[i] > 0 ? 1 : 0)
                    : ActivationOracle.derivative(kind, EXTREMES[i]);
        }
        Tolerance.POINTWISE.check(variant.name() + " slope", slopes.toArray(), expected);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void doesNotHideNaN(PointwiseActivation variant, Activation kind) {
        Memory memory = new Memory();
        Slice x = memory.activation(1, Float.NaN, 2);
        Slice out = memory.activation(0, 0, 0);
        Harness.run(variant, memory, l -> variant.forward(l, 3, kind, out, x));
        assertThat(out.get(1)).isNaN();
        assertThat(out.get(2)).isGreaterThan(1.9f);
    }

    @Test
    void theOracleHasTheRightSlopes() {
        double[] x = {-3.1, -1.5, -0.7, -0.01, 0.02, 0.6, 1.4, 2.9};
        double[] ones = doubles(filled(x.length));
        for (Activation kind : Activation.values()) {
            CentralDifferences.check(
                    kind.name(),
                    y -> CentralDifferences.dot(ActivationOracle.values(kind, y), ones),
                    x,
                    ActivationOracle.backward(kind, ones, x));
        }
    }

    private static float[] filled(int n) {
        float[] ones = new float[n];
        Arrays.fill(ones, 1f);
        return ones;
    }

    private static float[] scaled(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= 2f;
        }
        return values;
    }
}
