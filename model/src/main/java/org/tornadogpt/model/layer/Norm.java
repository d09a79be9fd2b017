package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.rmsnorm.RmsNorm;

/** A normalisation of the stream's rows, at the beginning of a branch or before the head. */
public final class Norm {
    /** How rows are normalised. */
    public enum Kind {
        /** Ba, Kiros and Hinton 2016, with weight and bias. */
        LAYERNORM,
        /** Zhang and Sennrich 2019, with weight and without bias. */
        RMSNORM
    }

    /**
     * What two normalisations must have in common to be repetitions of each other.
     *
     * @param epsilon added to the variance or the mean of squares
     */
    public record Configuration(Kind kind, int channels, float epsilon) {}

    /** What the backward pass needs. */
    public sealed interface Saved {
        /** The normalised rows. */
        Tensor out();
    }

    private record OfLayerNorm(LayerNorm.Forward call) implements Saved {
        @Override
        public Tensor out() {
            return call.out();
        }
    }

    private record OfRmsNorm(RmsNorm.Forward call) implements Saved {
        @Override
        public Tensor out() {
            return call.out();
        }
    }

    private final String name;
    private final Configuration configuration;

    /** @param name of its parameters, before {@code .weight} and {@code .bias} */
    public Norm(String name, Configuration configuration) {
        this.name = name;
        this.configuration = configuration;
    }

    void declare(ParameterLayout.Builder layout) {
        layout.add(weight(), ParameterLayout.Initial.ONE, configuration.channels);
        if (configuration.kind == Kind.LAYERNORM) {
            layout.add(bias(), ParameterLayout.Initial.ZERO, configuration.channels);
        }
    }

    private String weight() {
        return name + ".weight";
    }

    private String bias() {
        return name + ".bias";
    }

    Saved forward(Recorder recorder, Tensor x, Context context) {
        Tensor out = recorder.allocate(name, x.rows(), x.columns());
        Tensor weight = context.parameters().get(weight());
        return switch (configuration.kind) {
            case LAYERNORM ->
                layerNorm(recorder, out, x, weight, context.parameters().get(bias()));
            case RMSNORM -> rmsNorm(recorder, out, x, weight);
        };
    }

    private Saved layerNorm(Recorder recorder, Tensor out, Tensor x, Tensor weight, Tensor bias) {
        Tensor statistics = recorder.allocate(name + ".statistics", x.rows(), 2);
        LayerNorm.Forward call = new LayerNorm.Forward(out, statistics, x, weight, bias, configuration.epsilon);
        call.record(recorder);
        return new OfLayerNorm(call);
    }

    private Saved rmsNorm(Recorder recorder, Tensor out, Tensor x, Tensor weight) {
        Tensor rstd = recorder.allocate(name + ".rstd", x.rows(), 1);
        RmsNorm.Forward call = new RmsNorm.Forward(out, rstd, x, weight, configuration.epsilon);
        call.record(recorder);
        return new OfRmsNorm(call);
    }

    /** Adds to the stream's gradient {@code dx} and to the parameters'. */
    void backward(Recorder recorder, Tensor dx, Tensor dout, Saved saved, Parameters gradients) {
        Tensor dweight = gradients.get(weight());
        switch (saved) {
            case OfLayerNorm s ->
                new LayerNorm.Backward(s.call, dx, dweight, gradients.get(bias()), dout).record(recorder);
            case OfRmsNorm s -> new RmsNorm.Backward(s.call, dx, dweight, dout).record(recorder);
        }
    }
}
