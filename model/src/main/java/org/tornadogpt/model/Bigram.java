package org.tornadogpt.model;

import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;

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
                .add(TABLE, ParameterLayout.Initial.normal(0.02), V, V)
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
            Recorder recorder, Context context, Batch batch, Parameters gradients, Tensor loss, float scale) {
        Tensor logits = logits(recorder, batch.tokens(), context);
        Tensor losses = recorder.allocate("losses", context.rows());
        new CrossEntropy.WithGradient(losses, logits, logits, batch.targets(), scale).record(recorder);
        new Reduction.Mean(loss, losses).record(recorder);
        new Embedding.GatherBackward(gradients.get(TABLE), logits, batch.tokens()).record(recorder);
    }

    @Override
    public void recordLoss(Recorder recorder, Context context, Batch batch, Tensor loss) {
        Tensor losses = recorder.allocate("losses", context.rows());
        Tensor logits = logits(recorder, batch.tokens(), context);
        new CrossEntropy.Forward(losses, logits, batch.targets()).record(recorder);
        new Reduction.Mean(loss, losses).record(recorder);
    }

    @Override
    public void recordLogits(Recorder recorder, Context context, IntTensor tokens, IntTensor rows, Tensor logits) {
        Tensor table = context.parameters().get(TABLE);
        if (rows == null) {
            new Embedding.Gather(logits, tokens, table).record(recorder);
        } else {
            new Embedding.Gather(logits, rows, logits(recorder, tokens, context)).record(recorder);
        }
    }

    private Tensor logits(Recorder recorder, IntTensor tokens, Context context) {
        Tensor logits = recorder.allocate("logits", tokens.size(), vocabularySize());
        new Embedding.Gather(logits, tokens, context.parameters().get(TABLE)).record(recorder);
        return logits;
    }

    /** A prediction depends on the last token only. */
    @Override
    public List<CacheShape> cache() {
        return List.of();
    }
}
