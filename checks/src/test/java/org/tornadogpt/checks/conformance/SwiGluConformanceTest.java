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
import org.tornadogpt.checks.oracle.SwiGluOracle;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.swiglu.SwiGlu;

class SwiGluConformanceTest {
    private static final float[] EXTREMES = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-20f,
        16f,
        -16f,
        87f,
        -87f,
        88.5f,
        -88.5f,
        100f,
        -100f,
        1e4f,
        -1e4f,
        1e10f,
        -1e10f,
        1e30f,
        -1e30f
    };

    record Case(int N, int F) {
        float[] x() {
            float[] x = normal(1, 2 * N * F);
            for (int i = 0; i < x.length; i++) {
                x[i] *= 2f;
            }
            return x;
        }

        float[] dout() {
            return normal(2, N * F);
        }
    }

    static Stream<Arguments> cases() {
        return Harness.cases(
                SwiGlu.class,
                List.of(
                        new Case(1, 1),
                        new Case(3, 2),
                        new Case(2, 15),
                        new Case(5, 16),
                        new Case(13, 17),
                        new Case(7, 67),
                        new Case(61, 128),
                        new Case(2, 1031),
                        new Case(1, 16_411),
                        new Case(1031, 19)));
    }

    static Stream<Arguments> variants() {
        return Harness.cases(SwiGlu.class, List.of("each"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(SwiGlu variant, Case c) {
        Memory memory = new Memory();
        Slice x = memory.activation(c.x());
        Slice out = memory.unset(c.N() * c.F());
        Harness.run(variant, memory, l -> variant.forward(l, c.N(), c.F(), out, x));
        double[] expected = new SwiGluOracle(c.N(), c.F(), doubles(c.x())).out();
        Tolerance.POINTWISE.check(variant.name() + " out", out.toArray(), expected);
        assertThat(x.toArray()).containsExactly(c.x());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backward(SwiGlu variant, Case c) {
        double[] expected = new SwiGluOracle(c.N(), c.F(), doubles(c.x())).dx(doubles(c.dout()));
        for (boolean inPlace : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice x = memory.activation(c.x());
            Slice dout = memory.activation(c.dout());
            Slice dx = inPlace ? x : memory.unset(2 * c.N() * c.F());
            Harness.run(variant, memory, l -> variant.backward(l, c.N(), c.F(), dx, dout, x));
            Tolerance.POINTWISE.times(2).check(variant.name() + " dx", dx.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void staysAccurateFarOut(SwiGlu variant, String each) {
        int F = EXTREMES.length;
        float[] input = Arrays.copyOf(EXTREMES, 2 * F);
        Arrays.fill(input, F, 2 * F, 1f);
        float[] ones = new float[F];
        Arrays.fill(ones, 1f);
        Memory memory = new Memory();
        Slice x = memory.activation(input);
        Slice dout = memory.activation(ones);
        Slice out = memory.unset(F);
        Slice dx = memory.unset(2 * F);
        Harness.run(variant, memory, l -> {
            variant.forward(l, 1, F, out, x);
            variant.backward(l, 1, F, dx, dout, x);
        });
        SwiGluOracle oracle = new SwiGluOracle(1, F, doubles(input));
        Tolerance.POINTWISE.check(variant.name() + " out", out.toArray(), oracle.out());
        Tolerance.POINTWISE.times(2).check(variant.name() + " dx", dx.toArray(), oracle.dx(doubles(ones)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void doesNotHideNaN(SwiGlu variant, String each) {
        Memory memory = new Memory();
        Slice x = memory.activation(Float.NaN, 2, 3, 1, 1, Float.NaN);
        Slice out = memory.activation(0, 0, 0);
        Slice dout = memory.activation(1, 1, 1);
        Slice dx = memory.activation(0, 0, 0, 0, 0, 0);
        Harness.run(variant, memory, l -> {
            variant.forward(l, 1, 3, out, x);
            variant.backward(l, 1, 3, dx, dout, x);
        });
        assertThat(nans(out)).containsExactly(true, false, true);
        assertThat(nans(dx)).containsExactly(true, false, true, true, false, false);
    }

    private static Boolean[] nans(Slice slice) {
        Boolean[] nans = new Boolean[slice.length()];
        for (int i = 0; i < nans.length; i++) {
            nans[i] = Float.isNaN(slice.get(i));
        }
        return nans;
    }

    @Test
    void theOracleHasTheRightSlopes() {
        Case c = new Case(3, 5);
        double[] g = doubles(c.dout());
        double[] x = doubles(c.x());
        CentralDifferences.check(
                "dx",
                y -> CentralDifferences.dot(new SwiGluOracle(3, 5, y).out(), g),
                x,
                new SwiGluOracle(3, 5, x).dx(g));
    }
}
