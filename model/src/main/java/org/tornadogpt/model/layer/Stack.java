package org.tornadogpt.model.layer;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * The layers of a model. Neighbours of equal configuration are repetitions of one section, which a device may compile
 * once for all of them.
 */
public final class Stack {
    /** What the backward pass needs: that of each layer. */
    public record Saved(List<Ran<?>> layers, Tensor out) {
        public Saved {
            layers = List.copyOf(layers);
        }
    }

    private final List<Layer<?>> layers;

    /** The layers in the order of the forward pass. */
    public Stack(List<? extends Layer<?>> layers) {
        this.layers = List.copyOf(layers);
    }

    /** Adds the parameters of all layers. */
    public void declare(ParameterLayout.Builder layout) {
        layers.forEach(layer -> layer.declare(layout));
    }

    /** Records all layers on the stream {@code x}. */
    public Saved forward(Recorder recorder, Tensor x, Context context) {
        List<Ran<?>> ran = new ArrayList<>();
        Tensor[] stream = {x};
        for (int l = 0; l < layers.size(); l++) {
            Layer<?> layer = layers.get(l);
            recorder.section(section(l) + ".forward", l, () -> {
                Ran<?> done = Ran.forward(layer, recorder, stream[0], context);
                ran.add(done);
                stream[0] = done.out();
            });
        }
        return new Saved(ran, stream[0]);
    }

    /**
     * Records the way back: {@code dx} is the gradient of the stream after the layers, and becomes that before them.
     */
    public void backward(Recorder recorder, Tensor dx, Saved saved, Parameters gradients) {
        for (int l = layers.size() - 1; l >= 0; l--) {
            Ran<?> layer = saved.layers.get(l);
            recorder.section(section(l) + ".backward", l, () -> layer.backward(recorder, dx, gradients));
        }
    }

    /** {@code layer}, or {@code layer.2} and so on after the configuration changed. */
    private String section(int l) {
        int changes = 0;
        for (int i = 1; i <= l; i++) {
            if (!layers.get(i).configuration().equals(layers.get(i - 1).configuration())) {
                changes++;
            }
        }
        return changes == 0 ? "layer" : "layer." + (changes + 1);
    }
}
