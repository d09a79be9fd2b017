package org.tornadogpt.model.optimizer;

import java.util.Locale;

/**
 * How a run's parameters are updated: what does not change from step to step.
 *
 * @param method which parameters AdamW updates
 * @param matrixRate Muon's learning rate divided by AdamW's
 * @param momentum of Muon
 * @param averageDecay weights are averaged with this decay, see {@link WeightAverage}; 0 for no average
 */
public record Optimizer(Method method, float matrixRate, float momentum, float averageDecay) {
    /** Which parameters are updated how. */
    public enum Method {
        /** AdamW for all of them. */
        ADAMW,
        /** {@link Muon} for the matrices of the blocks, AdamW for the rest. */
        MUON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** AdamW for all parameters, and no average. */
    public static final Optimizer ADAMW = new Optimizer(Method.ADAMW, 1, 0, 0);

    public Optimizer {
        check("matrixRate", matrixRate, matrixRate > 0);
        check("momentum", momentum, momentum >= 0 && momentum < 1);
        check("averageDecay", averageDecay, averageDecay >= 0 && averageDecay < 1);
    }

    private static void check(String name, float value, boolean fits) {
        if (!fits || !Float.isFinite(value)) {
            throw new IllegalArgumentException(name + " is out of range: " + value);
        }
    }

    /** Whether weights are averaged. */
    public boolean averages() {
        return averageDecay > 0;
    }
}
