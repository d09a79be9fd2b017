package org.tornadogpt.trainer.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.model.AdamWSettings;
import org.tornadogpt.model.optimizer.Optimizer;

/**
 * The optimizer apart from its learning rate: AdamW (Loshchilov and Hutter 2019), or Muon beside it.
 *
 * @param method which parameters are updated how
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled, of matrices only
 * @param clip largest gradient norm, 0 for no limit
 * @param muonRate Muon's rate where AdamW's is the highest
 * @param muonMomentum Muon's momentum
 * @param emaDecay of the average of weights, 0 for none
 */
public record OptimizerSettings(
        Optimizer.Method method,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double clip,
        double muonRate,
        double muonMomentum,
        double emaDecay) {
    public OptimizerSettings {
        Check.that(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
        Check.that(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
        Check.that(epsilon > 0, "epsilon", "positive", epsilon);
        Check.notNegative("weightDecay", weightDecay);
        Check.notNegative("clip", clip);
        Check.that(muonRate > 0, "muonRate", "positive", muonRate);
        Check.that(muonMomentum >= 0 && (float) muonMomentum < 1, "muonMomentum", "in [0, 1)", muonMomentum);
        Check.that(emaDecay >= 0 && (float) emaDecay < 1, "emaDecay", "in [0, 1)", emaDecay);
    }

    static OptimizerSettings of(Values values) {
        String method = values.text("optimizer").strip();
        Check.that(methods().contains(method), "optimizer", String.join(" or ", methods()), "'" + method + "'");
        return new OptimizerSettings(
                Optimizer.Method.valueOf(method.toUpperCase(Locale.ROOT)),
                values.number("beta1"),
                values.number("beta2"),
                values.number("epsilon"),
                values.number("weightDecay"),
                values.number("clip"),
                values.number("muonRate"),
                values.number("muonMomentum"),
                values.number("emaDecay"));
    }

    /** The values of the key {@code optimizer}. */
    static List<String> methods() {
        return Arrays.stream(Optimizer.Method.values())
                .map(Optimizer.Method::toString)
                .toList();
    }

    /** AdamW's settings with a step's learning rate. */
    public AdamWSettings at(float learningRate) {
        return new AdamWSettings(
                learningRate, (float) beta1, (float) beta2, (float) epsilon, (float) weightDecay, (float) clip);
    }

    /** What does not change from step to step; {@code highest} is AdamW's highest learning rate. */
    Optimizer updates(double highest) {
        return method == Optimizer.Method.ADAMW
                ? new Optimizer(method, 1, 0, (float) emaDecay)
                : new Optimizer(method, (float) (muonRate / highest), (float) muonMomentum, (float) emaDecay);
    }
}
