package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tornadogpt.checks.conformance.Harness.normal;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.optimizer.AdamW;

class AdamWConformanceTest {
    private static final double LEARNING_RATE = 3e-2;
    private static final double WEIGHT_DECAY = 0.1;
    private static final double EPSILON = 1e-8;

    /** As the kernels get them: the decimals 0.9 and 0.999 rounded to float. */
    private static final double BETA1 = 0.9f;

    private static final double BETA2 = 0.999f;

    record Case(int size, int decayed, double maxNorm) {}

    static Stream<Arguments> cases() {
        return Harness.cases(
                AdamW.class,
                List.of(
                        new Case(1, 0, 0),
                        new Case(1, 1, 1),
                        new Case(31, 17, 1),
                        new Case(1000, 1000, 0),
                        new Case(1021, 0, 1),
                        new Case(70_001, 40_007, 1),
                        new Case(257, 100, 1e6)));
    }

    private static float[] hyper(int t, double maxNorm) {
        float[] hyper = new float[AdamW.HYPER];
        hyper[AdamW.LEARNING_RATE] = (float) LEARNING_RATE;
        hyper[AdamW.BETA1] = (float) BETA1;
        hyper[AdamW.BETA2] = (float) BETA2;
        hyper[AdamW.EPSILON] = (float) EPSILON;
        hyper[AdamW.WEIGHT_DECAY] = (float) WEIGHT_DECAY;
        hyper[AdamW.CORRECTION1] = (float) (1 - Math.pow(BETA1, t));
        hyper[AdamW.CORRECTION2] = (float) (1 - Math.pow(BETA2, t));
        hyper[AdamW.MAX_NORM] = (float) maxNorm;
        return hyper;
    }

    /** The same in double precision. */
    private static final class Reference {
        final double[] p;
        final double[] m;
        final double[] v;

        Reference(float[] parameters) {
            p = Harness.doubles(parameters);
            m = new double[p.length];
            v = new double[p.length];
        }

        void step(int t, Case c, float[] gradients, double norm) {
            double clip = c.maxNorm() == 0 ? 1 : Math.min(1, c.maxNorm() / (norm + 1e-6));
            for (int i = 0; i < p.length; i++) {
                double g = gradients[i] * clip;
                m[i] = BETA1 * m[i] + (1 - BETA1) * g;
                v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
                double mhat = m[i] / (1 - Math.pow(BETA1, t));
                double vhat = v[i] / (1 - Math.pow(BETA2, t));
                p[i] -= (i < c.decayed() ? LEARNING_RATE * WEIGHT_DECAY * p[i] : 0)
                        + LEARNING_RATE * mhat / (Math.sqrt(vhat) + EPSILON);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fiveSteps(AdamW variant, Case c) {
        Memory memory = new Memory();
        Slice parameters = memory.state(normal(1, c.size()));
        Slice gradients = memory.state(new float[c.size()]);
        Slice m = memory.state(new float[c.size()]);
        Slice v = memory.state(new float[c.size()]);
        Slice hyper = memory.state(new float[AdamW.HYPER]);
        Slice norm = memory.activation(0f);
        Reference reference = new Reference(parameters.toArray());
        for (int t = 1; t <= 5; t++) {
            float[] gradient = normal(10 + t, c.size());
            gradient[0] = 0;
            gradients.copyFrom(gradient);
            norm.set(0, 5f + t);
            hyper.copyFrom(hyper(t, c.maxNorm()));
            Harness.run(
                    variant,
                    memory,
                    l -> variant.step(l, c.size(), c.decayed(), parameters, gradients, m, v, hyper, norm));
            reference.step(t, c, gradient, 5f + t);
            assertThat(gradients.toArray()).containsExactly(gradient);
        }
        Tolerance.sum(5).check(variant.name() + " parameters", parameters.toArray(), reference.p);
        Tolerance.sum(5).check(variant.name() + " m", m.toArray(), reference.m);
        new Tolerance(1e-11, 1e-5).check(variant.name() + " v", v.toArray(), reference.v);
    }
}
