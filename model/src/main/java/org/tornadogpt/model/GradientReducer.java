package org.tornadogpt.model;

import org.tornadogpt.kernels.memory.Slice;

/**
 * Adds up the gradients of processes that train one model together. Each computes some micro-steps of a step; the sum comes between
 * {@code gradients} and {@code norm}.
 */
@FunctionalInterface
public interface GradientReducer {
    /** Of a process that computes every micro-step itself. */
    GradientReducer NONE = (gradients, loss) -> loss;

    /**
     * Replaces {@code gradients} by the sum over all processes.
     *
     * @param gradients the sum over this process's micro-steps; undefined where {@link #takesEach}
     * @param loss the sum of their losses
     * @return the sum of all losses
     */
    double reduce(Slice gradients, double loss);

    /**
     * Whether every micro-step's gradient is taken by itself, so that all can be added in order: the same bits as one process with as
     * many micro-steps gets. Otherwise the session adds up its own first.
     */
    default boolean takesEach() {
        return false;
    }

    /**
     * Takes one micro-step's gradient, where {@link #takesEach}.
     *
     * @param first whether a step begins with it
     */
    default void take(Slice gradient, double loss, boolean first) {
        throw new UnsupportedOperationException("takes sums only");
    }
}
