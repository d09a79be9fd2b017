package org.tornadogpt.checks.conformance;

import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.floats;
import static org.tornadogpt.checks.conformance.Harness.normal;
import static org.tornadogpt.checks.conformance.Harness.plus;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.RmsNormOracle;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.rmsnorm.RmsNorm;

class RmsNormConformanceTest {
    /** @param offset added to every input: the mean must not be taken off, as LayerNorm would */
    record Case(int N, int C, float offset) {
        /** Not the same everywhere, so that it cannot be left out. */
        float epsilon() {
            return N % 2 == 0 ? 1e-5f : 1e-2f;
        }

        /** The last of several rows is all zeros. */
        float[] x() {
            float[] x = normal(1, N * C);
            for (int i = 0; i < x.length; i++) {
                x[i] += offset;
            }
            if (N > 1) {
                Arrays.fill(x, (N - 1) * C, N * C, 0f);
            }
            return x;
        }

        float[] weight() {
            return normal(2, C);
        }

        float[] dout() {
            return normal(3, N * C);
        }

        RmsNormOracle oracle() {
            return new RmsNormOracle(N, C, epsilon(), doubles(x()), doubles(weight()));
        }

        /** A row of zeros, or of few numbers near 0, has an rstd of up to 316, which enlarges every error. */
        Tolerance tolerance(int terms) {
            return Tolerance.sum(terms).times(C < 4 ? 300 : 4);
        }
    }

    static Stream<Arguments> cases() {
        return Harness.cases(
                RmsNorm.class,
                List.of(
                        new Case(1, 1, 0),
                        new Case(5, 2, 0),
                        new Case(1, 17, 0),
                        new Case(7, 16, 0),
                        new Case(13, 31, 0),
                        new Case(67, 97, 0),
                        new Case(33, 64, 30),
                        new Case(256, 128, 0),
                        new Case(131, 384, 1),
                        new Case(2, 1021, 0)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(RmsNorm variant, Case c) {
        Memory memory = new Memory();
        Slice x = memory.activation(c.x());
        Slice out = memory.unset(c.N() * c.C());
        Slice rstd = memory.unset(c.N());
        Slice weight = memory.state(c.weight());
        Harness.run(variant, memory, l -> variant.forward(l, c.N(), c.C(), c.epsilon(), out, rstd, x, weight));
        checkForward(variant, c, out, rstd);
    }

    /** Activations of large batches lie in several arrays. */
    @ParameterizedTest
    @MethodSource("cases")
    void rstdMayLieInAnArrayOfItsOwn(RmsNorm variant, Case c) {
        Memory memory = new Memory();
        Slice x = memory.activation(c.x());
        Slice out = memory.unset(c.N() * c.C());
        Slice rstd = memory.state(normal(8, c.N()));
        Slice weight = memory.state(c.weight());
        Harness.run(variant, memory, l -> variant.forward(l, c.N(), c.C(), c.epsilon(), out, rstd, x, weight));
        checkForward(variant, c, out, rstd);
    }

    private static void checkForward(RmsNorm variant, Case c, Slice out, Slice rstd) {
        c.tolerance(16).check(variant.name() + " out", out.toArray(), c.oracle().out());
        c.tolerance(16)
                .check(variant.name() + " rstd", rstd.toArray(), c.oracle().rstd());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardAccumulates(RmsNorm variant, Case c) {
        RmsNormOracle oracle = c.oracle();
        float[] earlier = normal(5, c.N() * c.C());
        float[] earlierWeight = normal(6, c.C());
        double[] dout = doubles(c.dout());
        Memory memory = new Memory();
        Slice dx = memory.activation(earlier);
        Slice gradient = memory.activation(c.dout());
        Slice x = memory.activation(c.x());
        Slice rstd = memory.activation(floats(oracle.rstd()));
        Slice weight = memory.state(c.weight());
        Slice dweight = memory.state(earlierWeight);
        Harness.run(variant, memory, l -> variant.backward(l, c.N(), c.C(), dx, dweight, gradient, x, rstd, weight));
        c.tolerance(16).check(variant.name() + " dx", dx.toArray(), plus(oracle.dx(dout), doubles(earlier)));
        c.tolerance(c.N())
                .check(
                        variant.name() + " dweight",
                        dweight.toArray(),
                        plus(oracle.dweight(dout), doubles(earlierWeight)));
    }

    @Test
    void theOracleHasTheRightSlopes() {
        Case c = new Case(3, 7, 1);
        double[] g = doubles(c.dout());
        double[] x = doubles(normal(9, 3 * 7));
        double[] w = doubles(c.weight());
        RmsNormOracle oracle = new RmsNormOracle(3, 7, c.epsilon(), x, w);
        CentralDifferences.check("dx", y -> loss(c, y, w, g), x, oracle.dx(g));
        CentralDifferences.check("dweight", y -> loss(c, x, y, g), w, oracle.dweight(g));
    }

    private static double loss(Case c, double[] x, double[] weight, double[] g) {
        return CentralDifferences.dot(new RmsNormOracle(c.N(), c.C(), c.epsilon(), x, weight).out(), g);
    }
}
