package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;

/** A layer whose forward pass is recorded, with what it keeps: lets layers of different kinds stand in one list. */
public record Ran<S extends Layer.Saved>(Layer<S> layer, S saved) {
    /** Records the forward pass of {@code layer}. */
    public static <S extends Layer.Saved> Ran<S> forward(Layer<S> layer, Recorder recorder, Tensor x, Context context) {
        return new Ran<>(layer, layer.forward(recorder, x, context));
    }

    /** The residual stream after the layer. */
    public Tensor out() {
        return saved.out();
    }

    /** Records the backward pass, see {@link Layer#backward}. */
    public void backward(Recorder recorder, Tensor dx, Parameters gradients) {
        layer.backward(recorder, dx, saved, gradients);
    }
}
