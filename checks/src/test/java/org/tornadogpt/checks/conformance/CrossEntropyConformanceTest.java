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
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;

class CrossEntropyConformanceTest {
    /** @param size of the logits; 0 makes them all equal, a large one makes softmax hard */
    record Case(int N, int V, float size) {
        float[] logits() {
            float[] logits = normal(1, N * V);
            for (int i = 0; i < logits.length; i++) {
                logits[i] = logits[i] * size + 3;
            }
            return logits;
        }

        int[] targets() {
            int[] targets = Harness.below(V, 2, N);
            targets[0] = V - 1;
            return targets;
        }

        Tolerance tolerance() {
            return Tolerance.sum(16).times(1 + size + V / 1000.0);
        }
    }

    static Stream<Arguments> cases() {
        return Harness.cases(
                CrossEntropy.class,
                List.of(
                        new Case(1, 1, 1),
                        new Case(1, 2, 1),
                        new Case(5, 3, 1),
                        new Case(3, 13, 0),
                        new Case(7, 16, 2),
                        new Case(31, 65, 1),
                        new Case(67, 95, 30),
                        new Case(256, 105, 2),
                        new Case(3, 997, 1e4f),
                        new Case(2, 50_257, 3)));
    }

    private static double[] losses(int V, double[] logits, int[] targets) {
        double[] losses = new double[targets.length];
        for (int n = 0; n < losses.length; n++) {
            double[] row = Arrays.copyOfRange(logits, n * V, (n + 1) * V);
            double max = Arrays.stream(row).max().orElseThrow();
            losses[n] = Math.log(Arrays.stream(row).map(z -> Math.exp(z - max)).sum()) + max - row[targets[n]];
        }
        return losses;
    }

    private static double[] gradient(int V, double scale, double[] logits, int[] targets) {
        double[] losses = losses(V, logits, targets);
        double[] gradient = new double[logits.length];
        for (int i = 0; i < gradient.length; i++) {
            int n = i / V;
            double logProbability = logits[i] - logits[n * V + targets[n]] - losses[n];
            gradient[i] = (Math.exp(logProbability) - (i % V == targets[n] ? 1 : 0)) * scale;
        }
        return gradient;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(CrossEntropy variant, Case c) {
        Memory memory = new Memory();
        Slice logits = memory.activation(c.logits());
        Slice losses = memory.unset(c.N());
        IntSlice targets = Memory.ints(c.targets());
        Harness.run(variant, memory, l -> variant.forward(l, c.N(), c.V(), losses, logits, targets));
        c.tolerance()
                .check(variant.name() + " losses", losses.toArray(), losses(c.V(), doubles(c.logits()), c.targets()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forwardWithGradient(CrossEntropy variant, Case c) {
        float scale = 1f / c.N();
        for (boolean inPlace : new boolean[] {true, false}) {
            Memory memory = new Memory();
            Slice logits = memory.activation(c.logits());
            Slice dlogits = inPlace ? logits : memory.unset(c.N() * c.V());
            Slice losses = memory.unset(c.N());
            IntSlice targets = Memory.ints(c.targets());
            Harness.run(
                    variant,
                    memory,
                    l -> variant.forwardWithGradient(l, c.N(), c.V(), scale, losses, dlogits, logits, targets));
            c.tolerance()
                    .check(
                            variant.name() + " losses",
                            losses.toArray(),
                            losses(c.V(), doubles(c.logits()), c.targets()));
            double[] expected = gradient(c.V(), scale, doubles(c.logits()), c.targets());
            c.tolerance().times(scale).check(variant.name() + " dlogits", dlogits.toArray(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void doesNotHideNaN(CrossEntropy variant) {
        for (int at = 0; at < 3; at++) {
            Memory memory = new Memory();
            Slice logits = memory.activation(1, 2, 3);
            logits.set(at, Float.NaN);
            Slice losses = memory.activation(0);
            Harness.run(variant, memory, l -> variant.forward(l, 1, 3, losses, logits, Memory.ints(1)));
            assertThat(losses.get(0)).isNaN();
        }
    }

    static Stream<CrossEntropy> variants() {
        return Harness.variants(CrossEntropy.class).stream();
    }

    @Test
    void theOracleHasTheRightSlopes() {
        Case c = new Case(4, 7, 2);
        CentralDifferences.check(
                "dlogits",
                z -> Arrays.stream(losses(c.V(), z, c.targets())).sum() * 0.25,
                doubles(c.logits()),
                gradient(c.V(), 0.25, doubles(c.logits()), c.targets()));
    }
}
