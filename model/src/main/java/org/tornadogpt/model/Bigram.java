package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.ParameterLayout.Initial;

/** {@code logits[n] = table[tokens[n]]}: the simplest language model, and a yardstick for the others. */
public final class Bigram implements LanguageModel {
    static final String KIND = "bigram";
    private static final String TABLE = "table.weight";

    private final BigramConfig config;
    private final ParameterLayout layout;

    Bigram(BigramConfig config) {
        this.config = config;
        int V = config.vocabularySize();
        layout = new ParameterLayout.Builder()
                .add(TABLE, Initial.normal(0.02), V, V)
                .build();
    }

    @Override
    public BigramConfig config() {
        return config;
    }

    @Override
    public ParameterLayout parameters() {
        return layout;
    }

    @Override
    public void recordGradients(
            Recorder ops, Batch batch, Tensor parameters, Tensor gradients, Tensor loss, float scale) {
        Tensor logits = logits(ops, batch.tokens(), parameters);
        Tensor losses = ops.allocate("losses", batch.rows());
        CrossEntropy.forwardWithGradient(
                ops, new CrossEntropy.WithGradient(losses, logits, logits, batch.targets(), scale));
        Reduction.mean(ops, new Reduction.Mean(loss, losses));
        Embedding.gatherBackward(
                ops, new Embedding.GatherBackward(layout.tensor(TABLE, gradients), logits, batch.tokens()));
    }

    @Override
    public void recordLoss(Recorder ops, Batch batch, Tensor parameters, Tensor loss) {
        Tensor losses = ops.allocate("losses", batch.rows());
        CrossEntropy.forward(
                ops, new CrossEntropy.Forward(losses, logits(ops, batch.tokens(), parameters), batch.targets()));
        Reduction.mean(ops, new Reduction.Mean(loss, losses));
    }

    @Override
    public void recordLogits(Recorder ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor logits) {
        Embedding.gather(ops, new Embedding.Gather(logits, last, logits(ops, tokens, parameters)));
    }

    @Override
    public void recordStep(
            Recorder ops, IntTensor token, IntTensor position, Tensor parameters, Tensor cache, Tensor logits) {
        Embedding.gather(ops, new Embedding.Gather(logits, token, layout.tensor(TABLE, parameters)));
    }

    private Tensor logits(Recorder ops, IntTensor tokens, Tensor parameters) {
        Tensor logits = ops.allocate("logits", tokens.size(), vocabularySize());
        Embedding.gather(ops, new Embedding.Gather(logits, tokens, layout.tensor(TABLE, parameters)));
        return logits;
    }
}
