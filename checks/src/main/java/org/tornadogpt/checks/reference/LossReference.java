package org.tornadogpt.checks.reference;

import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;

/** Softmax and negative log-likelihood. */
final class LossReference {
    private LossReference() {}

    static void forward(CrossEntropy.Forward a, Doubles values) {
        values.set(a.losses(), losses(values.get(a.logits()), values.ints(a.targets())));
    }

    static void withGradient(CrossEntropy.WithGradient a, Doubles values) {
        double[] logits = values.get(a.logits());
        int[] targets = values.ints(a.targets());
        int V = logits.length / targets.length;
        double[] losses = losses(logits, targets);
        double[] gradient = new double[logits.length];
        for (int i = 0; i < gradient.length; i++) {
            int n = i / V;
            double logProbability = logits[i] - logits[n * V + targets[n]] - losses[n];
            gradient[i] = (Math.exp(logProbability) - (i % V == targets[n] ? 1 : 0)) * a.scale();
        }
        values.set(a.losses(), losses);
        values.set(a.dlogits(), gradient);
    }

    private static double[] losses(double[] logits, int[] targets) {
        int V = logits.length / targets.length;
        double[] losses = new double[targets.length];
        for (int n = 0; n < losses.length; n++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int v = 0; v < V; v++) {
                max = Math.max(max, logits[n * V + v]);
            }
            double sum = 0;
            for (int v = 0; v < V; v++) {
                sum += Math.exp(logits[n * V + v] - max);
            }
            losses[n] = Math.log(sum) + max - logits[n * V + targets[n]];
        }
        return losses;
    }
}
