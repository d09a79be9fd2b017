package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** A model that predicts the next token. It holds no values: it records what is to be computed on a flat parameter array. */
public interface LanguageModel {
    /** Name of the architecture's family. */
    default String kind() {
        return config().kind();
    }

    default int vocabularySize() {
        return config().vocabularySize();
    }

    /** Longest context, T. */
    default int blockSize() {
        return config().blockSize();
    }

    ModelConfig config();

    /** The layout of the flat array of parameters. */
    ParameterLayout parameters();

    /** Sets all parameters to their values before training. */
    default void initialise(Tensor flat, long seed) {
        parameters().initialise(flat, seed);
    }

    /**
     * One batch.
     *
     * @param B number of examples
     * @param T length of each
     * @param tokens (B*T)
     * @param targets (B*T), the token after each
     * @param counters see {@code Dropout}; not read without dropout
     */
    record Batch(int B, int T, IntTensor tokens, IntTensor targets, IntTensor counters) {
        /** Rows, N. */
        public int rows() {
            return Math.multiplyExact(B, T);
        }
    }

    /**
     * Records forward and backward with dropout: the mean loss into {@code loss} (1), and {@code scale} times the gradient of the
     * <em>sum</em> of all rows' losses added to {@code gradients}.
     */
    void recordGradients(Recorder ops, Batch batch, Tensor parameters, Tensor gradients, Tensor loss, float scale);

    /** Records forward without dropout: the mean loss into {@code loss} (1). */
    void recordLoss(Recorder ops, Batch batch, Tensor parameters, Tensor loss);

    /**
     * Records the logits (1, V) of the token after position {@code last[0]} of one context of {@code tokens.size()} tokens. What
     * follows that position has no influence.
     */
    void recordLogits(Recorder ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor logits);

    /** Floats that the model keeps of a context to go on from it, see {@link #recordStep}; 0 for none. */
    default int cacheFloats() {
        return 0;
    }

    /** Like {@link #recordLogits}, for at most T tokens, and keeps what {@link #recordStep} needs in {@code cache}. */
    default void recordPrefill(
            Recorder ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor cache, Tensor logits) {
        recordLogits(ops, tokens, last, parameters, logits);
    }

    /**
     * Records the logits (1, V) of the token after {@code token[0]}, which stands at {@code position[0]} of a context whose earlier
     * positions went through {@link #recordPrefill} or this.
     *
     * @param cache ({@link #cacheFloats}), null if that is 0
     */
    void recordStep(Recorder ops, IntTensor token, IntTensor position, Tensor parameters, Tensor cache, Tensor logits);
}
