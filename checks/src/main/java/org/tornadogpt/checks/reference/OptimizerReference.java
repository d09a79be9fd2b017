package org.tornadogpt.checks.reference;

import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.kernels.ops.reduction.Reduction;

/** AdamW, and the sums over whole arrays. */
final class OptimizerReference {
    private OptimizerReference() {}

    static void mean(Reduction.Mean a, Doubles values) {
        double sum = 0;
        for (double value : values.get(a.values())) {
            sum += value;
        }
        values.set(a.out(), sum / a.values().size());
    }

    static void norm(Reduction.Norm a, Doubles values) {
        double squares = 0;
        for (double value : values.get(a.gradients())) {
            squares += value * value;
        }
        values.set(a.norm(), Math.sqrt(squares));
    }

    static void step(AdamW.Step a, Doubles values) {
        double[] hyper = values.get(a.hyper());
        double norm = values.get(a.norm())[0];
        double clip = hyper[AdamW.MAX_NORM] == 0 ? 1 : Math.min(1, hyper[AdamW.MAX_NORM] / (norm + 1e-6));
        double[] p = values.get(a.parameters());
        double[] gradients = values.get(a.gradients());
        double[] m = values.get(a.m());
        double[] v = values.get(a.v());
        for (int i = 0; i < p.length; i++) {
            double g = gradients[i] * clip;
            m[i] = hyper[AdamW.BETA1] * m[i] + (1 - hyper[AdamW.BETA1]) * g;
            v[i] = hyper[AdamW.BETA2] * v[i] + (1 - hyper[AdamW.BETA2]) * g * g;
            double decay = i < a.decayed() ? hyper[AdamW.LEARNING_RATE] * hyper[AdamW.WEIGHT_DECAY] * p[i] : 0;
            double mhat = m[i] / hyper[AdamW.CORRECTION1];
            double vhat = v[i] / hyper[AdamW.CORRECTION2];
            p[i] -= decay + hyper[AdamW.LEARNING_RATE] * mhat / (Math.sqrt(vhat) + hyper[AdamW.EPSILON]);
        }
        values.set(a.parameters(), p);
        values.set(a.m(), m);
        values.set(a.v(), v);
    }
}
