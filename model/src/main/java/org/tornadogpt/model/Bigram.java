package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
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
            Operations ops, Batch batch, Tensor parameters, Tensor gradients, Tensor loss, float scale) {
        Tensor logits = logits(ops, batch.tokens(), parameters);
        Tensor losses = ops.allocate("losses", batch.rows());
        ops.crossEntropyWithGradient(losses, logits, logits, batch.targets(), scale);
        ops.mean(loss, losses);
        ops.embeddingBackward(layout.tensor(TABLE, gradients), null, logits, batch.tokens());
    }

    @Override
    public void recordLoss(Operations ops, Batch batch, Tensor parameters, Tensor loss) {
        Tensor losses = ops.allocate("losses", batch.rows());
        ops.crossEntropy(losses, logits(ops, batch.tokens(), parameters), batch.targets());
        ops.mean(loss, losses);
    }

    @Override
    public void recordLogits(Operations ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor logits) {
        ops.embedding(logits, last, logits(ops, tokens, parameters), null);
    }

    @Override
    public void recordStep(
            Operations ops, IntTensor token, IntTensor position, Tensor parameters, Tensor cache, Tensor logits) {
        ops.embedding(logits, token, layout.tensor(TABLE, parameters), null);
    }

    private Tensor logits(Operations ops, IntTensor tokens, Tensor parameters) {
        Tensor logits = ops.allocate("logits", tokens.size(), vocabularySize());
        ops.embedding(logits, tokens, layout.tensor(TABLE, parameters), null);
        return logits;
    }
}
