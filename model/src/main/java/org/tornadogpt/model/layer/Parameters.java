package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.memory.Tensor;

/**
 * Values, or gradients, of a model's parameters by name.
 *
 * @param layout where each lies
 * @param matrices the first {@link ParameterLayout#decayed} elements of the layout; null if there are none
 * @param vectors the others; null if there are none
 */
public record Parameters(ParameterLayout layout, Tensor matrices, Tensor vectors) {
    /** All of them in one flat array. */
    public Parameters(ParameterLayout layout, Tensor flat) {
        this(layout, part(layout, flat, 0, layout.decayed()), part(layout, flat, layout.decayed(), layout.size()));
    }

    private static Tensor part(ParameterLayout layout, Tensor flat, int from, int end) {
        if (flat.size() != layout.size()) {
            throw new IllegalArgumentException(
                    flat + " is not of this layout: it needs " + layout.size() + " elements");
        }
        return from == end ? null : flat.view(flat.name(), from, end - from);
    }

    /** The parameter called {@code name}. */
    public Tensor get(String name) {
        ParameterLayout.Parameter p = layout.find(name);
        Tensor part = p.isDecayed() ? matrices : vectors;
        int from = p.isDecayed() ? p.offset() : p.offset() - layout.decayed();
        return part.view(part.name() + "." + name, from, p.dimensions());
    }

    /** The parameter called {@code name}, or null for one that this model does not have. */
    public Tensor getOrNull(String name) {
        return layout.has(name) ? get(name) : null;
    }
}
