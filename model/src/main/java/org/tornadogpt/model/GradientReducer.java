package org.tornadogpt.model;

import java.util.Optional;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Adds up the gradients of processes that train one model together. Each computes some micro-steps of a step; the sum
 * comes between {@code gradients} and {@code norm}.
 */
@FunctionalInterface
public interface GradientReducer {
    /** Of a process that computes every micro-step itself. */
    GradientReducer NONE = (gradients, loss) -> loss;

    /**
     * Replaces {@code gradients} by the sum over all processes: this process's {@link #part} of them, the rest is then
     * undefined.
     *
     * @param gradients the sum over this process's micro-steps; undefined where {@link #takesEach}
     * @param loss the sum of their losses
     * @return the sum of all losses
     */
    double reduce(Slice gradients, double loss);

    /**
     * Whether every micro-step's gradient is taken by itself, so that all can be added in order: the same bits as one
     * process with as many micro-steps gets. Otherwise the session adds up its own first.
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

    /** Some of the parameters, of which one process keeps the optimizer's state and which it updates for all. */
    record Part(int from, int length) {}

    /** Which part is this process's. */
    default Part part(int parameters) {
        return new Part(0, parameters);
    }

    /** The norm of all gradients, given that of this process's part. */
    default float norm(float own) {
        return own;
    }

    /** Brings together the parts of the parameters, each from the process that has updated it. */
    default void gather(Slice parameters) {
        // there are no parts
    }

    /**
     * Brings together the parts of a moment; all call this at the same time.
     *
     * @return all of it where it is to be saved, elsewhere nothing
     */
    default Optional<Slice> whole(Slice part) {
        return Optional.of(part);
    }
}
