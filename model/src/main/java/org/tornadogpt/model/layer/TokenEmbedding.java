package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.embedding.Embedding;

/**
 * Where the residual stream begins: a learned vector for each token and, where positions are learned, one for each
 * position.
 */
public final class TokenEmbedding {
    /** The table of tokens, which a head may share. */
    static final String TOKENS = "wte.weight";

    private static final String POSITIONS = "wpe.weight";

    private final int vocabularySize;
    private final int positions;
    private final int channels;
    private final boolean learnsPositions;
    private final double deviation;

    /** @param deviation of the initial values */
    public TokenEmbedding(int vocabularySize, int positions, int channels, boolean learnsPositions, double deviation) {
        this.vocabularySize = vocabularySize;
        this.positions = positions;
        this.channels = channels;
        this.learnsPositions = learnsPositions;
        this.deviation = deviation;
    }

    /** Adds its parameters. */
    public void declare(ParameterLayout.Builder layout) {
        ParameterLayout.Initial normal = ParameterLayout.Initial.normal(deviation);
        layout.add(TOKENS, normal, vocabularySize, channels)
                .addIf(learnsPositions, POSITIONS, normal, positions, channels);
    }

    /** Records the stream (N, C) of N tokens. */
    public Tensor forward(Recorder recorder, IntTensor tokens, Context context) {
        Parameters p = context.parameters();
        Tensor x = recorder.allocate("embedding", tokens.size(), channels);
        if (learnsPositions && !context.continues()) {
            new Embedding.Forward(x, tokens, p.get(TOKENS), p.get(POSITIONS)).record(recorder);
            return x;
        }
        new Embedding.Gather(x, tokens, p.get(TOKENS)).record(recorder);
        if (learnsPositions) {
            Tensor place = recorder.allocate("embedding.position", tokens.size(), channels);
            new Embedding.Gather(place, context.positions(), p.get(POSITIONS)).record(recorder);
            new Elementwise.Add(x, x, place).record(recorder);
        }
        return x;
    }

    /** Adds the stream's gradient to the tables'. */
    public void backward(Recorder recorder, Tensor dx, IntTensor tokens, Parameters gradients) {
        if (learnsPositions) {
            new Embedding.Backward(gradients.get(TOKENS), gradients.get(POSITIONS), dx, tokens).record(recorder);
        } else {
            new Embedding.GatherBackward(gradients.get(TOKENS), dx, tokens).record(recorder);
        }
    }
}
