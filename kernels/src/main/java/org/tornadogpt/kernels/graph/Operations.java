package org.tornadogpt.kernels.graph;

import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * What a model can ask for. Each method checks its shapes and fails with a message that names the operation and both shapes.
 * Nothing runs here: calls are recorded, and a device decides what they mean.
 *
 * <p>Argument order: results, inputs, values saved by the forward pass, parameters. "Adds" means that the result is accumulated
 * into; everything else is overwritten.
 */
public interface Operations {
    /** Memory for an intermediate result; it lives from its first to its last use. */
    Tensor allocate(String name, int... shape);

    /**
     * Marks what {@code body} records as repetition {@code index} of a repeated part of the model. All repetitions must record
     * the same calls with the same shapes: a device may compile the first one and serve the others with it.
     */
    void section(String name, int index, Runnable body);

    /** {@code out = value}. */
    void fill(Tensor out, float value);

    /**
     * {@code out[n] = tokenTable[tokens[n]] + positionTable[n % T]}.
     *
     * @param out (N, C)
     * @param tokens N indices into the token table
     * @param tokenTable (V, C)
     * @param positionTable (T, C), or null without learned positions
     */
    void embedding(Tensor out, IntTensor tokens, Tensor tokenTable, Tensor positionTable);

    /** Adds {@code dout} (N, C) to the rows of {@code dTokenTable} and, unless null, {@code dPositionTable}. */
    void embeddingBackward(Tensor dTokenTable, Tensor dPositionTable, Tensor dout, IntTensor tokens);

    /**
     * {@code out = (x - mean) * rstd * weight + bias} over each row.
     *
     * @param out (N, C)
     * @param statistics (N, 2): mean and reciprocal standard deviation of each row, saved for the backward pass
     * @param bias (C) or null
     */
    void layerNorm(Tensor out, Tensor statistics, Tensor x, Tensor weight, Tensor bias);

    /** Adds to all of {@code dx}, {@code dweight} and (unless null) {@code dbias}. */
    void layerNormBackward(
            Tensor dx, Tensor dweight, Tensor dbias, Tensor dout, Tensor x, Tensor statistics, Tensor weight);

    /** {@code out (N,O) = x (N,K) weightᵀ (O,K) + bias (O)}; {@code bias} may be null. */
    void linear(Tensor out, Tensor x, Tensor weight, Tensor bias);

    /**
     * {@code pre = linear(x)}, {@code out = kind(pre)}. For an activation that needs its input backward, {@code pre} must be a
     * tensor of its own; for the others it is null.
     */
    void linearActivation(Tensor out, Tensor pre, Tensor x, Tensor weight, Tensor bias, Activation kind);

    /** {@code out = residual + dropout(linear(x))}; {@code out} may be {@code residual}. */
    void linearResidual(Tensor out, Tensor residual, Tensor x, Tensor weight, Tensor bias, Dropout dropout);

    /** {@code dx (N,K) = dout (N,O) weight (O,K)}. */
    void linearBackwardInput(Tensor dx, Tensor dout, Tensor weight);

    /** {@code dx = (dout weight) * kind'(saved)}, where {@code saved} is the activation's input, or output for ReLU. */
    void linearBackwardInputActivation(Tensor dx, Tensor dout, Tensor weight, Tensor saved, Activation kind);

    /** Adds {@code doutᵀ x} to {@code dweight} (O,K), and the column sums of {@code dout} to {@code dbias} unless null. */
    void linearBackwardWeight(Tensor dweight, Tensor dbias, Tensor dout, Tensor x);

    /** {@code out = kind(x)}; may be in place. */
    void activation(Tensor out, Tensor x, Activation kind);

    /** {@code dx = dout * kind'(saved)}, where {@code saved} is the input, or the output for ReLU; may be in place. */
    void activationBackward(Tensor dx, Tensor dout, Tensor saved, Activation kind);

    /**
     * Causal multi-head self-attention, {@code out = softmax(q kᵀ / sqrt(D) + causal mask) v} per head, with dropout on the
     * probabilities.
     *
     * @param out (N, heads*D)
     * @param qkv (N, packed width), see {@link AttentionShape}
     * @return what the variant keeps for the backward pass; its shape is the variant's business
     */
    Tensor attention(Tensor out, Tensor qkv, AttentionShape shape, Dropout dropout);

    /** {@code dqkv} from {@code dout}, the forward pass's {@code out} and {@code qkv}, and what it returned. */
    void attentionBackward(
            Tensor dqkv, Tensor dout, Tensor out, Tensor qkv, Tensor saved, AttentionShape shape, Dropout dropout);

    /**
     * Puts the keys and values of {@code qkv} (B*P, packed width) into the caches at positions 0 to P; what lies beyond stays.
     *
     * @param keyCache (B, kvHeads*D, T), transposed
     * @param valueCache (B, T, kvHeads*D)
     * @param shape its T is how many positions the caches hold
     */
    void fillCaches(Tensor keyCache, Tensor valueCache, Tensor qkv, AttentionShape shape);

    /**
     * Attention of one new position for each sequence: puts its key and value into the caches at {@code position[0]} and attends
     * over positions 0 to {@code position[0]}, which must be below T.
     *
     * @param out (B, heads*D)
     * @param qkv (B, packed width)
     */
    void attentionStep(
            Tensor out, Tensor keyCache, Tensor valueCache, Tensor qkv, IntTensor position, AttentionShape shape);

    /** {@code out = residual + dropout(branch)}; {@code out} may be {@code residual}. */
    void residual(Tensor out, Tensor residual, Tensor branch, Dropout dropout);

    /** {@code dbranch = dout} with dropped elements zeroed and the others scaled: the branch's part of residual's backward. */
    void residualBackward(Tensor dbranch, Tensor dout, Dropout dropout);

    /** {@code losses[n] = -log softmax(logits[n])[targets[n]]}; {@code logits} (N, V). */
    void crossEntropy(Tensor losses, Tensor logits, IntTensor targets);

    /**
     * The losses as above and {@code dlogits = (softmax(logits) - onehot(targets)) * scale} in one pass; {@code dlogits} may be
     * {@code logits}.
     */
    void crossEntropyWithGradient(Tensor losses, Tensor dlogits, Tensor logits, IntTensor targets, float scale);

    /** {@code out[0] = mean(values)}. */
    void mean(Tensor out, Tensor values);

    /** {@code norm[0] = sqrt(sum(gradients²))}. */
    void gradientNorm(Tensor norm, Tensor gradients);

    /**
     * One AdamW step over flat arrays (Loshchilov and Hutter 2019, algorithm 2), the gradients first scaled by
     * {@code min(1, maxNorm / (norm + 1e-6))}.
     *
     * @param decayed the first {@code decayed} parameters decay, the rest do not
     * @param hyper see {@code AdamW}
     * @param norm the gradients' global norm
     */
    void adamW(Tensor parameters, Tensor gradients, Tensor m, Tensor v, Tensor hyper, Tensor norm, int decayed);
}
