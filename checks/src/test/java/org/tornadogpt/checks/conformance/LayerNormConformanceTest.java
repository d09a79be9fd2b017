package org.tornadogpt.checks.conformance;

import static org.tornadogpt.checks.conformance.Harness.doubles;
import static org.tornadogpt.checks.conformance.Harness.floats;
import static org.tornadogpt.checks.conformance.Harness.normal;
import static org.tornadogpt.checks.conformance.Harness.plus;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.checks.oracle.LayerNormOracle;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;

class LayerNormConformanceTest {
    /** @param offset added to every input: a mean far from 0 costs digits where the variance is computed carelessly */
    record Case(int N, int C, float offset) {
        /** Not the same everywhere, so that it cannot be left out. */
        float epsilon() {
            return N % 2 == 0 ? 1e-5f : 1e-2f;
        }

        float[] x() {
            float[] x = normal(1, N * C);
            for (int i = 0; i < x.length; i++) {
                x[i] += offset;
            }
            return x;
        }

        float[] weight() {
            return normal(2, C);
        }

        float[] bias() {
            return normal(3, C);
        }

        float[] dout() {
            return normal(4, N * C);
        }

        LayerNormOracle oracle(boolean withBias) {
            return new LayerNormOracle(
                    N, C, epsilon(), doubles(x()), doubles(weight()), withBias ? doubles(bias()) : null);
        }

        /** A single column has variance 0, so rstd is 316 and enlarges every error. */
        Tolerance tolerance(int terms) {
            return Tolerance.sum(terms).times((C < 4 ? 300 : 4) * (1 + offset));
        }
    }

    static Stream<Arguments> cases() {
        return Harness.cases(
                LayerNorm.class,
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
    void forward(LayerNorm variant, Case c) {
        for (boolean withBias : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice x = memory.activation(c.x());
            Slice out = memory.unset(c.N() * c.C());
            Slice statistics = memory.unset(2 * c.N());
            Slice weight = memory.state(c.weight());
            Slice bias = withBias ? memory.state(c.bias()) : null;
            Harness.run(
                    variant,
                    memory,
                    l -> variant.forward(l, c.N(), c.C(), c.epsilon(), out, statistics, x, weight, bias));
            c.tolerance(16)
                    .check(
                            variant.name() + " out",
                            out.toArray(),
                            c.oracle(withBias).out());
            c.tolerance(16)
                    .check(
                            "statistics",
                            statistics.toArray(),
                            c.oracle(withBias).statistics());
        }
    }

    /** Activations of large batches lie in several arrays. */
    @ParameterizedTest
    @MethodSource("cases")
    void statisticsMayLieInAnArrayOfTheirOwn(LayerNorm variant, Case c) {
        Memory memory = new Memory();
        Slice x = memory.activation(c.x());
        Slice out = memory.unset(c.N() * c.C());
        Slice statistics = memory.state(normal(8, 2 * c.N()));
        Slice weight = memory.state(c.weight());
        Slice bias = memory.state(c.bias());
        Harness.run(
                variant, memory, l -> variant.forward(l, c.N(), c.C(), c.epsilon(), out, statistics, x, weight, bias));
        c.tolerance(16)
                .check(variant.name() + " out", out.toArray(), c.oracle(true).out());
        c.tolerance(16).check("statistics", statistics.toArray(), c.oracle(true).statistics());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardAccumulates(LayerNorm variant, Case c) {
        LayerNormOracle oracle = c.oracle(true);
        float[] earlier = normal(5, c.N() * c.C());
        double[] dout = doubles(c.dout());
        for (boolean withBias : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice dx = memory.activation(earlier);
            Slice gradient = memory.activation(c.dout());
            Slice x = memory.activation(c.x());
            Slice statistics = memory.activation(floats(oracle.statistics()));
            Slice weight = memory.state(c.weight());
            Slice dweight = memory.state(normal(6, c.C()));
            Slice dbias = withBias ? memory.state(normal(7, c.C())) : null;
            Harness.run(
                    variant,
                    memory,
                    l -> variant.backward(l, c.N(), c.C(), dx, dweight, dbias, gradient, x, statistics, weight));
            c.tolerance(16).check(variant.name() + " dx", dx.toArray(), plus(oracle.dx(dout), doubles(earlier)));
            c.tolerance(c.N())
                    .check(
                            variant.name() + " dweight",
                            dweight.toArray(),
                            plus(oracle.dweight(dout), doubles(normal(6, c.C()))));
            if (withBias) {
                c.tolerance(c.N())
                        .check(
                                variant.name() + " dbias",
                                dbias.toArray(),
                                plus(oracle.dbias(dout), doubles(normal(7, c.C()))));
            }
        }
    }

    @Test
    void theOracleHasTheRightSlopes() {
        Case c = new Case(3, 7, 1);
        double[] g = doubles(c.dout());
        double[] x = doubles(c.x());
        double[] w = doubles(c.weight());
        double[] b = doubles(c.bias());
        LayerNormOracle oracle = c.oracle(true);
        CentralDifferences.check("dx", y -> loss(c, y, w, b, g), x, oracle.dx(g));
        CentralDifferences.check("dweight", y -> loss(c, x, y, b, g), w, oracle.dweight(g));
        CentralDifferences.check("dbias", y -> loss(c, x, w, y, g), b, oracle.dbias(g));
    }

    private static double loss(Case c, double[] x, double[] weight, double[] bias, double[] g) {
        return CentralDifferences.dot(new LayerNormOracle(c.N(), c.C(), c.epsilon(), x, weight, bias).out(), g);
    }
}
