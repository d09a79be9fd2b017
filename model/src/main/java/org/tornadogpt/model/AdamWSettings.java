package org.tornadogpt.model;

/**
 * Hyper-parameters of one optimiser step.
 *
 * @param maxNorm gradients are scaled down to this global norm; 0 for no clipping
 */
public record AdamWSettings(
        float learningRate, float beta1, float beta2, float epsilon, float weightDecay, float maxNorm) {
    public AdamWSettings {
        check("learningRate", learningRate, learningRate >= 0);
        check("beta1", beta1, beta1 >= 0 && beta1 < 1);
        check("beta2", beta2, beta2 >= 0 && beta2 < 1);
        check("epsilon", epsilon, epsilon > 0);
        check("weightDecay", weightDecay, weightDecay >= 0);
        check("maxNorm", maxNorm, maxNorm >= 0);
    }

    /** These settings with another learning rate. */
    public AdamWSettings withLearningRate(float rate) {
        return new AdamWSettings(rate, beta1, beta2, epsilon, weightDecay, maxNorm);
    }

    private static void check(String name, float value, boolean fits) {
        if (!fits || !Float.isFinite(value)) {
            throw new IllegalArgumentException(name + " is out of range: " + value);
        }
    }
}
