package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.rotary.Rotary;

/**
 * Multi-head self-attention as a branch of the residual stream (Vaswani et al. 2017; pre-normalisation as in Radford et
 * al. 2019):
 *
 * <pre>
 *   x = x + dropout(proj(attention(rotate(qkv(norm(x))))))
 * </pre>
 *
 * Queries, keys and values come from one product; with fewer key/value heads than heads, groups of queries share them
 * (Ainslie et al. 2023). Without rotary positions nothing is rotated.
 */
public final class Attention implements Layer<Attention.Saved> {
    /** Dropouts of a block: on attention probabilities, on the attention's branch, on the feed-forward branch. */
    static final int SITES = 3;

    /**
     * What two layers must have in common to be repetitions of each other.
     *
     * @param headSize D
     * @param positions longest context, T
     * @param rotary rotary positions; null for none
     * @param deviation of the initial weights
     * @param residualDeviation of those that write to the stream
     */
    public record Configuration(
            Norm.Configuration norm,
            int channels,
            int heads,
            int kvHeads,
            int headSize,
            int positions,
            RotaryPositions rotary,
            Mask mask,
            boolean qkvBias,
            boolean projectionBias,
            float dropout,
            double deviation,
            double residualDeviation) {
        AttentionShape shape(int B, int T) {
            return new AttentionShape(B, T, heads, kvHeads, headSize);
        }

        /** Floats of keys, and as many of values, that one sequence has in a cache. */
        public int cacheFloats() {
            return Math.multiplyExact(positions, kvHeads * headSize);
        }
    }

    /**
     * Rotary positions (Su et al. 2021).
     *
     * @param theta the base of the angles' geometric progression
     */
    public record RotaryPositions(float theta) {}

    /**
     * What the backward pass needs.
     *
     * @param rotation null without rotary positions
     * @param probabilities what the attention's variant keeps
     */
    public record Saved(
            Context context,
            Norm.Saved norm,
            Rotary.Forward rotation,
            CausalAttention.Forward attention,
            Tensor probabilities,
            Tensor out)
            implements Layer.Saved {}

    private final int layer;
    private final String prefix;
    private final Configuration configuration;
    private final Norm norm;

    /** @param layer its number, which is in its parameters' names, its dropouts' sites and its place in a cache */
    public Attention(int layer, Configuration configuration) {
        this.layer = layer;
        this.configuration = configuration;
        prefix = "h." + layer + ".";
        norm = new Norm(prefix + "ln_1", configuration.norm);
    }

    @Override
    public Configuration configuration() {
        return configuration;
    }

    @Override
    public void declare(ParameterLayout.Builder layout) {
        int C = configuration.channels;
        int packed = configuration.shape(1, 1).packedWidth();
        int width = configuration.shape(1, 1).width();
        norm.declare(layout);
        layout.add(qkvWeight(), ParameterLayout.Initial.normal(configuration.deviation), packed, C)
                .addIf(configuration.qkvBias, qkvBias(), ParameterLayout.Initial.ZERO, packed)
                .add(projectionWeight(), ParameterLayout.Initial.normal(configuration.residualDeviation), C, width)
                .addIf(configuration.projectionBias, projectionBias(), ParameterLayout.Initial.ZERO, C);
    }

    private String qkvWeight() {
        return prefix + "attn.c_attn.weight";
    }

    private String qkvBias() {
        return prefix + "attn.c_attn.bias";
    }

    private String projectionWeight() {
        return prefix + "attn.c_proj.weight";
    }

    private String projectionBias() {
        return prefix + "attn.c_proj.bias";
    }

    @Override
    public Saved forward(Recorder recorder, Tensor x, Context context) {
        AttentionShape shape = configuration.shape(context.B(), context.T());
        Parameters p = context.parameters();
        Norm.Saved normed = norm.forward(recorder, x, context);
        Tensor qkv = recorder.allocate(prefix + "attn.qkv", x.rows(), shape.packedWidth());
        new MatMul.Forward(qkv, normed.out(), p.get(qkvWeight()), p.getOrNull(qkvBias())).record(recorder);
        Rotary.Forward rotation = rotation(qkv, shape, context);
        if (rotation != null) {
            rotation.record(recorder);
        }
        Tensor out = recorder.allocate(prefix + "attn.out", x.rows(), shape.width());
        Dropout dropped = context.dropout(configuration.dropout, SITES * layer);
        CausalAttention.Forward attention = new CausalAttention.Forward(out, qkv, shape, dropped);
        Tensor probabilities = attend(recorder, attention, context);
        Tensor next = context.next(recorder, prefix + "attn.residual", x);
        new MatMul.ForwardResidual(
                        next, x, out, p.get(projectionWeight()), p.getOrNull(projectionBias()), branchDropout(context))
                .record(recorder);
        return new Saved(context, normed, rotation, attention, probabilities, next);
    }

    private Rotary.Forward rotation(Tensor qkv, AttentionShape shape, Context context) {
        RotaryPositions rotary = configuration.rotary;
        return rotary == null
                ? null
                : new Rotary.Forward(qkv, shape, context.positions(), configuration.positions, rotary.theta);
    }

    private Dropout branchDropout(Context context) {
        return context.dropout(configuration.dropout, SITES * layer + 1);
    }

    private Tensor attend(Recorder recorder, CausalAttention.Forward a, Context context) {
        return switch (configuration.mask) {
            case Mask.Causal m -> attendCausally(recorder, a, context);
        };
    }

    private Tensor attendCausally(Recorder recorder, CausalAttention.Forward a, Context context) {
        KeyValueCache cache = context.cache();
        if (cache == null) {
            return CausalAttention.forward(recorder, a);
        }
        AttentionShape shape = configuration.shape(context.B(), configuration.positions);
        Tensor keys = cache.keys().get(layer);
        Tensor values = cache.values().get(layer);
        IntTensor slots = cache.slots();
        if (context.continues()) {
            new CachedAttention.Step(a.out(), keys, values, a.qkv(), context.positions(), slots, shape)
                    .record(recorder);
            return null;
        }
        new CachedAttention.Fill(keys, values, a.qkv(), slots, shape).record(recorder);
        return CausalAttention.forward(recorder, a);
    }

    @Override
    public void backward(Recorder recorder, Tensor dx, Saved saved, Parameters gradients) {
        Context context = saved.context;
        Parameters p = context.parameters();
        AttentionShape shape = configuration.shape(context.B(), context.T());
        Tensor dbranch = Branch.gradient(recorder, prefix + "d.attn.branch", dx, branchDropout(context));
        new MatMul.BackwardWeight(
                        gradients.get(projectionWeight()),
                        gradients.getOrNull(projectionBias()),
                        dbranch,
                        saved.attention.out())
                .record(recorder);
        Tensor dattended = recorder.allocate(prefix + "d.attn.out", dx.rows(), shape.width());
        new MatMul.BackwardInput(dattended, dbranch, p.get(projectionWeight())).record(recorder);
        Tensor dqkv = recorder.allocate(prefix + "d.attn.qkv", dx.rows(), shape.packedWidth());
        new CausalAttention.Backward(saved.attention, saved.probabilities, dqkv, dattended).record(recorder);
        if (saved.rotation != null) {
            new Rotary.Backward(saved.rotation, dqkv).record(recorder);
        }
        new MatMul.BackwardWeight(gradients.get(qkvWeight()), gradients.getOrNull(qkvBias()), dqkv, saved.norm.out())
                .record(recorder);
        Tensor dnormed = recorder.allocate(prefix + "d.ln_1", dx.rows(), configuration.channels);
        new MatMul.BackwardInput(dnormed, dqkv, p.get(qkvWeight())).record(recorder);
        norm.backward(recorder, dx, dnormed, saved.norm, gradients);
    }
}
