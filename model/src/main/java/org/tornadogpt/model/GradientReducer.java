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
     * Replaces {@code gradients} by the sum over all processes, added in the order of their micro-steps: the same bits as one process
     * with as many micro-steps gets.
     *
     * @param gradients the sum over this process's micro-steps
     * @param loss the sum of their losses
     * @return the sum of all losses
     */
    double reduce(Slice gradients, double loss);
}
