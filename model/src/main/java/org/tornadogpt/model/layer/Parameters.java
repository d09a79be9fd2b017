package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.memory.Tensor;

/**
 * Values, or gradients, of a model's parameters by name.
 *
 * @param layout where each lies
 * @param flat all of them
 */
public record Parameters(ParameterLayout layout, Tensor flat) {
    /** The parameter called {@code name}. */
    public Tensor get(String name) {
        return layout.tensor(name, flat);
    }

    /** The parameter called {@code name}, or null for one that this model does not have. */
    public Tensor getOrNull(String name) {
        return layout.has(name) ? get(name) : null;
    }
}
