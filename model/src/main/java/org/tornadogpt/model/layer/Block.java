package org.tornadogpt.model.layer;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;

/** Layers one after another, as one layer: attention and feed-forward in a transformer. */
public final class Block implements Layer<Block.Saved> {
    /** What the backward pass needs: that of each part. */
    public record Saved(List<Ran<?>> parts, Tensor out) implements Layer.Saved {
        public Saved {
            parts = List.copyOf(parts);
        }
    }

    private final List<Layer<?>> parts;

    /** The parts in the order of the forward pass. */
    public Block(List<Layer<?>> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public Object configuration() {
        return parts.stream().map(Layer::configuration).toList();
    }

    @Override
    public void declare(ParameterLayout.Builder layout) {
        parts.forEach(part -> part.declare(layout));
    }

    @Override
    public Saved forward(Recorder recorder, Tensor x, Context context) {
        List<Ran<?>> ran = new ArrayList<>();
        Tensor stream = x;
        for (Layer<?> part : parts) {
            ran.add(Ran.forward(part, recorder, stream, context));
            stream = ran.get(ran.size() - 1).out();
        }
        return new Saved(ran, stream);
    }

    @Override
    public void backward(Recorder recorder, Tensor dx, Saved saved, Parameters gradients) {
        for (int i = saved.parts.size() - 1; i >= 0; i--) {
            saved.parts.get(i).backward(recorder, dx, gradients);
        }
    }
}
