package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * A part of a model that reads the residual stream and adds to it.
 *
 * @param <S> what its forward pass keeps for its backward pass
 */
public interface Layer<S extends Layer.Saved> {
    /** What a forward pass returns: the stream after it, and what the backward pass needs. */
    interface Saved {
        /** The residual stream after the layer. */
        Tensor out();
    }

    /** Adds the layer's parameters: nobody else states their names. */
    void declare(ParameterLayout.Builder layout);

    /** Records the layer on the stream {@code x} (N, C). Where {@code context} trains, {@code x} is left as it is. */
    S forward(Recorder recorder, Tensor x, Context context);

    /**
     * Records the way back. {@code dx} (N, C) is the gradient of the stream after the layer, and becomes that before
     * it; the parameters' gradients are added to.
     */
    void backward(Recorder recorder, Tensor dx, S saved, Parameters gradients);

    /**
     * Layers of equal configuration record the same calls with the same shapes, and may be repetitions of one section.
     */
    Object configuration();
}
