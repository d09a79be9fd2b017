package org.tornadogpt.trainer.settings;

import org.tornadogpt.model.AdamWSettings;

/**
 * AdamW (Loshchilov and Hutter 2019) apart from its learning rate.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled, of matrices only
 * @param clip largest gradient norm, 0 for no limit
 */
public record OptimizerSettings(double beta1, double beta2, double epsilon, double weightDecay, double clip) {
    public OptimizerSettings {
        Check.that(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
        Check.that(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
        Check.that(epsilon > 0, "epsilon", "positive", epsilon);
        Check.notNegative("weightDecay", weightDecay);
        Check.notNegative("clip", clip);
    }

    static OptimizerSettings of(Values values) {
        return new OptimizerSettings(
                values.number("beta1"),
                values.number("beta2"),
                values.number("epsilon"),
                values.number("weightDecay"),
                values.number("clip"));
    }

    /** These settings with a step's learning rate. */
    public AdamWSettings at(float learningRate) {
        return new AdamWSettings(
                learningRate, (float) beta1, (float) beta2, (float) epsilon, (float) weightDecay, (float) clip);
    }
}
