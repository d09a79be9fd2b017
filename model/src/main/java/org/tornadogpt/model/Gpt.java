package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.layer.Attention;
import org.tornadogpt.model.layer.Block;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Head;
import org.tornadogpt.model.layer.Layer;
import org.tornadogpt.model.layer.Mask;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.model.layer.Stack;
import org.tornadogpt.model.layer.TokenEmbedding;

/**
 * A decoder-only transformer with pre-normalisation: token embedding, blocks of attention and feed-forward, a final
 * normalisation and a linear head. By configuration it is GPT-2 (Radford et al. 2019), Llama (Touvron et al. 2023) or
 * something between. Parameters carry GPT-2's names.
 */
public final class Gpt implements LanguageModel {
    static final String KIND = "gpt";

    /**
     * Of initial weights; of those that write to the residual stream, divided by the root of their number (Radford et
     * al. 2019).
     */
    private static final double DEVIATION = 0.02;

    /** From the stream after the layers to the mean loss: a part that training and evaluation have in common. */
    private static final String LOSS = "loss";

    private final GptConfig config;
    private final TokenEmbedding embedding;
    private final Stack layers;
    private final Head head;
    private final ParameterLayout layout;

    Gpt(GptConfig config) {
        this.config = config;
        boolean learned = config.positions() == GptConfig.Positions.LEARNED;
        embedding =
                new TokenEmbedding(config.vocabularySize(), config.blockSize(), config.channels(), learned, DEVIATION);
        layers = new Stack(blocks(config));
        head = new Head(config.vocabularySize(), norm(config), config.tiedHead(), config.headBias(), DEVIATION);
        ParameterLayout.Builder builder = new ParameterLayout.Builder();
        embedding.declare(builder);
        layers.declare(builder);
        head.declare(builder);
        layout = builder.build();
    }

    private static List<Block> blocks(GptConfig c) {
        List<Block> blocks = new ArrayList<>();
        for (int l = 0; l < c.layers(); l++) {
            List<Layer<?>> parts = List.of(new Attention(l, attention(c)), new FeedForward(l, feedForward(c)));
            blocks.add(new Block(parts));
        }
        return blocks;
    }

    private static Norm.Configuration norm(GptConfig c) {
        return new Norm.Configuration(c.norm(), c.channels(), c.normEpsilon());
    }

    private static Attention.Configuration attention(GptConfig c) {
        Attention.RotaryPositions rotary = switch (c.positions()) {
            case ROTARY -> new Attention.RotaryPositions(c.ropeTheta());
            case LEARNED, NONE -> null;
        };
        return new Attention.Configuration(
                norm(c),
                c.channels(),
                c.heads(),
                c.kvHeads(),
                c.headSize(),
                c.blockSize(),
                rotary,
                new Mask.Causal(),
                c.qkvBias(),
                c.projectionBias(),
                c.dropout(),
                DEVIATION,
                residualDeviation(c));
    }

    private static FeedForward.Configuration feedForward(GptConfig c) {
        return new FeedForward.Configuration(
                norm(c),
                c.channels(),
                c.mlpHidden(),
                c.activation(),
                c.mlpBias(),
                c.dropout(),
                DEVIATION,
                residualDeviation(c));
    }

    private static double residualDeviation(GptConfig c) {
        return DEVIATION / Math.sqrt(2.0 * c.layers());
    }

    @Override
    public GptConfig config() {
        return config;
    }

    @Override
    public ParameterLayout parameters() {
        return layout;
    }

    @Override
    public void recordGradients(
            Recorder recorder, Context context, Batch batch, Parameters gradients, Tensor loss, float scale) {
        Stack.Saved stack = stream(recorder, batch.tokens(), context);
        Tensor logits = recorder.allocate("logits", context.rows(), vocabularySize());
        Tensor losses = recorder.allocate("losses", context.rows());
        List<Head.Saved> saved = new ArrayList<>();
        recorder.section(LOSS, 0, () -> {
            saved.add(head.forward(recorder, logits, stack.out(), context));
            new CrossEntropy.WithGradient(losses, logits, logits, batch.targets(), scale).record(recorder);
            new Reduction.Mean(loss, losses).record(recorder);
        });
        Tensor dx = head.backward(recorder, logits, saved.get(0), gradients);
        layers.backward(recorder, dx, stack, gradients);
        embedding.backward(recorder, dx, batch.tokens(), gradients);
    }

    @Override
    public void recordLoss(Recorder recorder, Context context, Batch batch, Tensor loss) {
        Stack.Saved stack = stream(recorder, batch.tokens(), context);
        Tensor logits = recorder.allocate("logits", context.rows(), vocabularySize());
        Tensor losses = recorder.allocate("losses", context.rows());
        recorder.section(LOSS, 0, () -> {
            head.forward(recorder, logits, stack.out(), context);
            new CrossEntropy.Forward(losses, logits, batch.targets()).record(recorder);
            new Reduction.Mean(loss, losses).record(recorder);
        });
    }

    @Override
    public void recordLogits(Recorder recorder, Context context, IntTensor tokens, IntTensor rows, Tensor logits) {
        Tensor x = stream(recorder, tokens, context).out();
        if (rows != null) { // the head is computed for them only
            Tensor chosen = recorder.allocate("last", rows.size(), config.channels());
            new Embedding.Gather(chosen, rows, x).record(recorder);
            x = chosen;
        }
        head.forward(recorder, logits, x, context);
    }

    /** Records the logits (N, V) that the head makes of a residual stream (N, C), of whichever layer. */
    void recordHead(Recorder recorder, Context context, Tensor stream, Tensor logits) {
        head.forward(recorder, logits, stream, context);
    }

    private Stack.Saved stream(Recorder recorder, IntTensor tokens, Context context) {
        return layers.forward(recorder, embedding.forward(recorder, tokens, context), context);
    }

    @Override
    public List<CacheShape> cache() {
        return Collections.nCopies(
                config.layers(), new CacheShape(config.kvHeads() * config.headSize(), config.blockSize()));
    }
}
