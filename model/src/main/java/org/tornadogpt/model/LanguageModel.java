package org.tornadogpt.model;

import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

/** A model that predicts the next token. It holds no values: it records what is to be computed from its parameters. */
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

    /**
     * One batch.
     *
     * @param tokens (B*T)
     * @param targets (B*T), the token after each
     */
    record Batch(IntTensor tokens, IntTensor targets) {}

    /**
     * Records forward and backward with dropout: the mean loss into {@code loss} (1), and {@code scale} times the
     * gradient of the
     * <em>sum</em> of all rows' losses added to {@code gradients}.
     */
    void recordGradients(
            Recorder recorder, Context context, Batch batch, Parameters gradients, Tensor loss, float scale);

    /** Records forward without dropout: the mean loss into {@code loss} (1). */
    void recordLoss(Recorder recorder, Context context, Batch batch, Tensor loss);

    /**
     * Records the logits of the token after some rows of the stream.
     *
     * @param tokens one for each row of the context
     * @param rows for each row of {@code logits} the row of the stream; null for all of them
     * @param logits (rows, V)
     */
    void recordLogits(Recorder recorder, Context context, IntTensor tokens, IntTensor rows, Tensor logits);

    /**
     * How many floats of keys, and how many of values, each layer keeps of a sequence to continue it; empty for a model
     * that keeps nothing.
     */
    List<CacheShape> cache();

    /**
     * What one layer keeps of a sequence.
     *
     * @param width floats of a key, and of a value
     * @param positions T
     */
    record CacheShape(int width, int positions) {
        /** Floats of all keys, or of all values. */
        public int floats() {
            return Math.multiplyExact(width, positions);
        }
    }
}
