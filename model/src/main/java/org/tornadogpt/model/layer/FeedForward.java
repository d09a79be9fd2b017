package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.swiglu.SwiGlu;

/**
 * Two linear layers with a non-linearity between, as a branch of the residual stream:
 *
 * <pre>
 *   x = x + dropout(out(f(fc(norm(x)))))
 * </pre>
 *
 * With SwiGLU (Shazeer 2020) the first layer is twice as wide, {@code [gate | up]}, and f is {@code silu(gate) up}.
 */
public final class FeedForward implements Layer<FeedForward.Saved> {
    /** The non-linearity. */
    public enum Kind {
        /** {@code max(x, 0)}. */
        RELU(Activation.RELU),
        /** Exact GELU. */
        GELU(Activation.GELU),
        /** GPT-2's form of GELU. */
        GELU_TANH(Activation.GELU_TANH),
        /** A gate of {@code x sigmoid(x)}. */
        SWIGLU(null);

        /** Element by element; null for a gate. */
        private final Activation pointwise;

        Kind(Activation pointwise) {
            this.pointwise = pointwise;
        }
    }

    /**
     * What two layers must have in common to be repetitions of each other.
     *
     * @param hidden width of f's result
     * @param deviation of the initial weights
     * @param residualDeviation of those that write to the stream
     */
    public record Configuration(
            Norm.Configuration norm,
            int channels,
            int hidden,
            Kind kind,
            boolean bias,
            float dropout,
            double deviation,
            double residualDeviation) {
        private int firstWidth() {
            return kind.pointwise == null ? Math.multiplyExact(2, hidden) : hidden;
        }
    }

    /** What the backward pass needs; {@code derivable} is what f's derivative is computed from. */
    public record Saved(Context context, Norm.Saved norm, Tensor derivable, Tensor hidden, Tensor out)
            implements Layer.Saved {}

    private final int layer;
    private final String prefix;
    private final Configuration configuration;
    private final Norm norm;

    /** @param layer its number, which is in its parameters' names and its dropout's site */
    public FeedForward(int layer, Configuration configuration) {
        this.layer = layer;
        this.configuration = configuration;
        prefix = "h." + layer + ".";
        norm = new Norm(prefix + "ln_2", configuration.norm);
    }

    @Override
    public Configuration configuration() {
        return configuration;
    }

    @Override
    public void declare(ParameterLayout.Builder layout) {
        int C = configuration.channels;
        int width = configuration.firstWidth();
        norm.declare(layout);
        layout.add(fcWeight(), ParameterLayout.Initial.normal(configuration.deviation), width, C)
                .addIf(configuration.bias, fcBias(), ParameterLayout.Initial.ZERO, width)
                .add(
                        outWeight(),
                        ParameterLayout.Initial.normal(configuration.residualDeviation),
                        C,
                        configuration.hidden)
                .addIf(configuration.bias, outBias(), ParameterLayout.Initial.ZERO, C);
    }

    private String fcWeight() {
        return prefix + "mlp.c_fc.weight";
    }

    private String fcBias() {
        return prefix + "mlp.c_fc.bias";
    }

    private String outWeight() {
        return prefix + "mlp.c_proj.weight";
    }

    private String outBias() {
        return prefix + "mlp.c_proj.bias";
    }

    private Dropout dropout(Context context) {
        return context.dropout(configuration.dropout, Attention.SITES * layer + 2);
    }

    @Override
    public Saved forward(Recorder recorder, Tensor x, Context context) {
        Parameters p = context.parameters();
        Norm.Saved normed = norm.forward(recorder, x, context);
        Tensor hidden = recorder.allocate(prefix + "mlp.hidden", x.rows(), configuration.hidden);
        Tensor derivable = configuration.kind.pointwise == null
                ? gate(recorder, hidden, normed.out(), p)
                : activate(recorder, hidden, normed.out(), p, configuration.kind.pointwise);
        Tensor next = context.next(recorder, prefix + "mlp.residual", x);
        new MatMul.ForwardResidual(next, x, hidden, p.get(outWeight()), p.getOrNull(outBias()), dropout(context))
                .record(recorder);
        return new Saved(context, normed, derivable, hidden, next);
    }

    private Tensor activate(Recorder recorder, Tensor hidden, Tensor x, Parameters p, Activation kind) {
        Tensor pre = kind.needsInput() ? recorder.allocate(prefix + "mlp.pre", x.rows(), configuration.hidden) : null;
        new MatMul.ForwardActivation(hidden, pre, x, p.get(fcWeight()), p.getOrNull(fcBias()), kind).record(recorder);
        return pre == null ? hidden : pre;
    }

    private Tensor gate(Recorder recorder, Tensor hidden, Tensor x, Parameters p) {
        Tensor pre = recorder.allocate(prefix + "mlp.pre", x.rows(), configuration.firstWidth());
        new MatMul.Forward(pre, x, p.get(fcWeight()), p.getOrNull(fcBias())).record(recorder);
        new SwiGlu.Forward(hidden, pre).record(recorder);
        return pre;
    }

    @Override
    public void backward(Recorder recorder, Tensor dx, Saved saved, Parameters gradients) {
        Parameters p = saved.context.parameters();
        Tensor dbranch = Branch.gradient(recorder, prefix + "d.mlp.branch", dx, dropout(saved.context));
        new MatMul.BackwardWeight(gradients.get(outWeight()), gradients.getOrNull(outBias()), dbranch, saved.hidden)
                .record(recorder);
        Tensor dpre = recorder.allocate(prefix + "d.mlp.pre", dx.rows(), configuration.firstWidth());
        backwardHidden(recorder, dpre, dbranch, p.get(outWeight()), saved.derivable);
        new MatMul.BackwardWeight(gradients.get(fcWeight()), gradients.getOrNull(fcBias()), dpre, saved.norm.out())
                .record(recorder);
        Tensor dnormed = recorder.allocate(prefix + "d.ln_2", dx.rows(), configuration.channels);
        new MatMul.BackwardInput(dnormed, dpre, p.get(fcWeight())).record(recorder);
        norm.backward(recorder, dx, dnormed, saved.norm, gradients);
    }

    private void backwardHidden(Recorder recorder, Tensor dpre, Tensor dbranch, Tensor weight, Tensor derivable) {
        Activation kind = configuration.kind.pointwise;
        if (kind != null) {
            new MatMul.BackwardInputActivation(dpre, dbranch, weight, derivable, kind).record(recorder);
            return;
        }
        Tensor dhidden = recorder.allocate(prefix + "d.mlp.hidden", dbranch.rows(), configuration.hidden);
        new MatMul.BackwardInput(dhidden, dbranch, weight).record(recorder);
        new SwiGlu.Backward(dpre, dhidden, derivable).record(recorder);
    }
}
