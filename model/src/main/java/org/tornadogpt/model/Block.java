package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.residual.Residual;

/**
 * One layer of a GPT (Radford et al. 2019, pre-normalisation), forward and backward. With x the residual stream (N,C):
 *
 * <pre>
 *   x = x + dropout(proj(attention(qkv(norm1(x)))))
 *   x = x + dropout(out(f(fc(norm2(x)))))
 * </pre>
 *
 * Backward carries one tensor dx, the gradient of the stream. A branch's gradient begins as dx (masked where there is dropout),
 * runs back through the branch, and the branch's normalisation adds its part to dx; the stream's own part is dx as it stands.
 */
final class Block {
    /** Dropouts in a block: on attention probabilities, on the attention's branch, on the MLP's branch. */
    private static final int DROPOUTS = 3;

    /** A layer's parameters, or their gradients; biases that the configuration leaves out are null. */
    record Weights(
            Tensor norm1Weight,
            Tensor norm1Bias,
            Tensor qkvWeight,
            Tensor qkvBias,
            Tensor projectionWeight,
            Tensor projectionBias,
            Tensor norm2Weight,
            Tensor norm2Bias,
            Tensor fcWeight,
            Tensor fcBias,
            Tensor outWeight,
            Tensor outBias) {

        static Weights of(ParameterLayout layout, Tensor flat, int layer) {
            String h = "h." + layer + ".";
            return new Weights(
                    layout.tensor(h + "ln_1.weight", flat),
                    layout.tensorOrNull(h + "ln_1.bias", flat),
                    layout.tensor(h + "attn.c_attn.weight", flat),
                    layout.tensorOrNull(h + "attn.c_attn.bias", flat),
                    layout.tensor(h + "attn.c_proj.weight", flat),
                    layout.tensorOrNull(h + "attn.c_proj.bias", flat),
                    layout.tensor(h + "ln_2.weight", flat),
                    layout.tensorOrNull(h + "ln_2.bias", flat),
                    layout.tensor(h + "mlp.c_fc.weight", flat),
                    layout.tensorOrNull(h + "mlp.c_fc.bias", flat),
                    layout.tensor(h + "mlp.c_proj.weight", flat),
                    layout.tensorOrNull(h + "mlp.c_proj.bias", flat));
        }
    }

    /** What the attention's branch keeps for backward. */
    private record Attended(LayerNorm.Forward norm, CausalAttention.Forward attention, Tensor saved) {}

    /** What the MLP's branch keeps for backward; {@code derivable} is what the activation's derivative is computed from. */
    private record Transformed(LayerNorm.Forward norm, Tensor derivable, Tensor hidden) {}

    /**
     * Where a layer keeps keys and values for generation.
     *
     * @param shape of the caches, which hold T positions
     * @param position of the one token of a step; null while a context is read from its beginning
     */
    record Cache(AttentionShape shape, Tensor keys, Tensor values, IntTensor position) {
        /** Layer {@code layer}'s part of the flat {@code cache} of all layers. */
        static Cache of(GptConfig config, Tensor cache, int layer, IntTensor position) {
            int width = config.kvHeads() * config.headSize();
            int T = config.blockSize();
            int at = layer * floats(config);
            String h = "h." + layer + ".";
            return new Cache(
                    new AttentionShape(1, T, config.heads(), config.kvHeads(), config.headSize()),
                    cache.view(h + "keys", at, 1, width, T),
                    cache.view(h + "values", at + width * T, 1, T, width),
                    position);
        }

        /** Floats of one layer. */
        static int floats(GptConfig config) {
            return Math.multiplyExact(2 * config.blockSize(), config.kvHeads() * config.headSize());
        }
    }

    private final Recorder ops;
    private final GptConfig config;
    private final AttentionShape shape;
    private final Weights weights;
    private final boolean trains;
    private final Dropout probabilityDropout;
    private final Dropout attentionDropout;
    private final Dropout mlpDropout;
    private final String prefix;
    private Cache cache;
    private Attended attended;
    private Transformed transformed;

    /**
     * @param counters for dropout, or null for none
     * @param trains whether {@link #backward} will follow: if so each update of the stream is a new tensor, else it is in place and nothing
     *     is dropped
     */
    Block(
            Recorder ops,
            GptConfig config,
            int layer,
            int B,
            int T,
            Weights weights,
            IntTensor counters,
            boolean trains) {
        this.ops = ops;
        this.config = config;
        this.weights = weights;
        shape = new AttentionShape(B, T, config.heads(), config.kvHeads(), config.headSize());
        this.trains = trains;
        probabilityDropout = dropout(DROPOUTS * layer, counters);
        attentionDropout = dropout(DROPOUTS * layer + 1, counters);
        mlpDropout = dropout(DROPOUTS * layer + 2, counters);
        prefix = "h." + layer + ".";
    }

    private Dropout dropout(int site, IntTensor counters) {
        if (counters == null || config.dropout() == 0) {
            return Dropout.none();
        }
        Dropout dropout = new Dropout(config.dropout(), site, counters);
        return trains ? dropout : dropout.off();
    }

    /** To be called before {@link #forward}, by which the layer then leaves its keys and values in {@code layerCache}. */
    void keepIn(Cache layerCache) {
        cache = layerCache;
    }

    /** Records the layer; returns the residual stream after it. */
    Tensor forward(Tensor x) {
        return mlpForward(attentionForward(x));
    }

    /** Records the layer's backward pass: {@code dx} is the stream's gradient after the layer, and becomes that before it. */
    void backward(Tensor dx, Weights gradients) {
        mlpBackward(dx, gradients);
        attentionBackward(dx, gradients);
    }

    private Tensor attentionForward(Tensor x) {
        Tensor normed = rows("ln_1", config.channels());
        Tensor statistics = rows("ln_1.statistics", 2);
        LayerNorm.Forward norm =
                new LayerNorm.Forward(normed, statistics, x, weights.norm1Weight, weights.norm1Bias, 1e-5f);
        LayerNorm.forward(ops, norm);
        Tensor qkv = rows("attn.qkv", shape.packedWidth());
        MatMul.forward(ops, new MatMul.Forward(qkv, normed, weights.qkvWeight, weights.qkvBias));
        Tensor out = rows("attn.out", shape.width());
        CausalAttention.Forward attention = new CausalAttention.Forward(out, qkv, shape, probabilityDropout);
        attended = new Attended(norm, attention, attend(attention));
        Tensor next = next("attn.residual", x);
        MatMul.forwardResidual(
                ops,
                new MatMul.ForwardResidual(
                        next, x, out, weights.projectionWeight, weights.projectionBias, attentionDropout));
        return next;
    }

    private Tensor attend(CausalAttention.Forward a) {
        if (cache != null && cache.position != null) {
            CachedAttention.step(
                    ops,
                    new CachedAttention.Step(a.out(), cache.keys, cache.values, a.qkv(), cache.position, cache.shape));
            return null;
        }
        if (cache != null) {
            CachedAttention.fill(ops, new CachedAttention.Fill(cache.keys, cache.values, a.qkv(), cache.shape));
        }
        return CausalAttention.forward(ops, a);
    }

    private void attentionBackward(Tensor dx, Weights gradients) {
        Tensor dbranch = branchGradient("d.attn.branch", dx, attentionDropout);
        MatMul.backwardWeight(
                ops,
                new MatMul.BackwardWeight(
                        gradients.projectionWeight, gradients.projectionBias, dbranch, attended.attention.out()));
        Tensor dattended = rows("d.attn.out", shape.width());
        MatMul.backwardInput(ops, new MatMul.BackwardInput(dattended, dbranch, weights.projectionWeight));
        Tensor dqkv = rows("d.attn.qkv", shape.packedWidth());
        CausalAttention.backward(
                ops, new CausalAttention.Backward(attended.attention, attended.saved, dqkv, dattended));
        MatMul.backwardWeight(
                ops, new MatMul.BackwardWeight(gradients.qkvWeight, gradients.qkvBias, dqkv, attended.norm.out()));
        Tensor dnormed = rows("d.ln_1", config.channels());
        MatMul.backwardInput(ops, new MatMul.BackwardInput(dnormed, dqkv, weights.qkvWeight));
        LayerNorm.backward(
                ops, new LayerNorm.Backward(attended.norm, dx, gradients.norm1Weight, gradients.norm1Bias, dnormed));
    }

    private Tensor mlpForward(Tensor x) {
        Tensor normed = rows("ln_2", config.channels());
        Tensor statistics = rows("ln_2.statistics", 2);
        LayerNorm.Forward norm =
                new LayerNorm.Forward(normed, statistics, x, weights.norm2Weight, weights.norm2Bias, 1e-5f);
        LayerNorm.forward(ops, norm);
        Tensor hidden = rows("mlp.hidden", config.mlpHidden());
        Tensor pre = config.activation().needsInput() ? rows("mlp.pre", config.mlpHidden()) : null;
        MatMul.forwardActivation(
                ops,
                new MatMul.ForwardActivation(
                        hidden, pre, normed, weights.fcWeight, weights.fcBias, config.activation()));
        transformed = new Transformed(norm, pre == null ? hidden : pre, hidden);
        Tensor next = next("mlp.residual", x);
        MatMul.forwardResidual(
                ops, new MatMul.ForwardResidual(next, x, hidden, weights.outWeight, weights.outBias, mlpDropout));
        return next;
    }

    private void mlpBackward(Tensor dx, Weights gradients) {
        Tensor dbranch = branchGradient("d.mlp.branch", dx, mlpDropout);
        MatMul.backwardWeight(
                ops, new MatMul.BackwardWeight(gradients.outWeight, gradients.outBias, dbranch, transformed.hidden));
        Tensor dpre = rows("d.mlp.pre", config.mlpHidden());
        MatMul.backwardInputActivation(
                ops,
                new MatMul.BackwardInputActivation(
                        dpre, dbranch, weights.outWeight, transformed.derivable, config.activation()));
        MatMul.backwardWeight(
                ops, new MatMul.BackwardWeight(gradients.fcWeight, gradients.fcBias, dpre, transformed.norm.out()));
        Tensor dnormed = rows("d.ln_2", config.channels());
        MatMul.backwardInput(ops, new MatMul.BackwardInput(dnormed, dpre, weights.fcWeight));
        LayerNorm.backward(
                ops, new LayerNorm.Backward(transformed.norm, dx, gradients.norm2Weight, gradients.norm2Bias, dnormed));
    }

    /** Without dropout the branch's gradient is the stream's: no copy. All its readers come before the normalisation adds to dx. */
    private Tensor branchGradient(String name, Tensor dx, Dropout dropout) {
        if (!dropout.isActive()) {
            return dx;
        }
        Tensor dbranch = rows(name, config.channels());
        Residual.backward(ops, new Residual.Backward(dbranch, dx, dropout));
        return dbranch;
    }

    private Tensor next(String name, Tensor x) {
        return trains ? rows(name, config.channels()) : x;
    }

    private Tensor rows(String name, int columns) {
        return ops.allocate(prefix + name, shape.rows(), columns);
    }
}
