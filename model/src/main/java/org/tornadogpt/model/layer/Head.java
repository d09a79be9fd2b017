package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** Where the residual stream ends: a last normalisation and a linear layer to the logits. */
public final class Head {
    private static final String WEIGHT = "lm_head.weight";
    private static final String BIAS = "lm_head.bias";

    /** What the backward pass needs. */
    public record Saved(Context context, Norm.Saved norm, Tensor logits) {}

    private final int vocabularySize;
    private final int channels;
    private final boolean tied;
    private final boolean bias;
    private final double deviation;
    private final Norm norm;

    /**
     * A head.
     *
     * @param tied whether its weight is the table of tokens (Press and Wolf 2017)
     * @param deviation of the initial weights
     */
    public Head(int vocabularySize, Norm.Configuration norm, boolean tied, boolean bias, double deviation) {
        this.vocabularySize = vocabularySize;
        this.channels = norm.channels();
        this.tied = tied;
        this.bias = bias;
        this.deviation = deviation;
        this.norm = new Norm("ln_f", norm);
    }

    /** Adds its parameters. */
    public void declare(ParameterLayout.Builder layout) {
        norm.declare(layout);
        if (tied) {
            layout.alias(WEIGHT, TokenEmbedding.TOKENS);
        } else {
            layout.add(WEIGHT, ParameterLayout.Initial.normal(deviation), vocabularySize, channels);
        }
        layout.addIf(bias, BIAS, ParameterLayout.Initial.ZERO, vocabularySize);
    }

    /** Records the logits (N, V) of the stream {@code x} (N, C). */
    public Saved forward(Recorder recorder, Tensor logits, Tensor x, Context context) {
        Parameters p = context.parameters();
        Norm.Saved normed = norm.forward(recorder, x, context);
        new MatMul.Forward(logits, normed.out(), p.get(WEIGHT), p.getOrNull(BIAS)).record(recorder);
        return new Saved(context, normed, logits);
    }

    /** Records the way back from the logits' gradient; returns the stream's. */
    public Tensor backward(Recorder recorder, Tensor dlogits, Saved saved, Parameters gradients) {
        Tensor normed = saved.norm.out();
        new MatMul.BackwardWeight(gradients.get(WEIGHT), gradients.getOrNull(BIAS), dlogits, normed).record(recorder);
        Tensor dnormed = recorder.allocate("d.ln_f", dlogits.rows(), channels);
        new MatMul.BackwardInput(dnormed, dlogits, saved.context.parameters().get(WEIGHT)).record(recorder);
        Tensor dx = recorder.allocate("d.stream", dlogits.rows(), channels);
        new Elementwise.Fill(dx, 0f).record(recorder);
        norm.backward(recorder, dx, dnormed, saved.norm, gradients);
        return dx;
    }
}
