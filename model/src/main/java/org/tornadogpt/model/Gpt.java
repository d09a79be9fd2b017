package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.model.ParameterLayout.Initial;

/**
 * A decoder-only transformer (Radford et al. 2019): token and position embedding, {@link Block}s, a final normalisation and a
 * linear head. Parameters carry GPT-2's names.
 */
public final class Gpt implements LanguageModel {
    static final String KIND = "gpt";
    private static final double DEVIATION = 0.02;
    private static final String TOKENS = "wte.weight";
    private static final String POSITIONS = "wpe.weight";
    private static final String NORM_WEIGHT = "ln_f.weight";
    private static final String NORM_BIAS = "ln_f.bias";
    private static final String HEAD_WEIGHT = "lm_head.weight";
    private static final String HEAD_BIAS = "lm_head.bias";

    /** From the stream after the layers to the mean loss: a part that training and evaluation have in common. */
    private static final String LOSS = "loss";

    /** What the final normalisation and the head write. */
    private record Head(Tensor normed, Tensor statistics, Tensor logits) {}

    private final GptConfig config;
    private final ParameterLayout layout;

    Gpt(GptConfig config) {
        this.config = config;
        layout = layout(config);
    }

    /** Weights are normal with deviation 0.02, those that write to the residual stream 0.02/sqrt(2L); biases 0. */
    private static ParameterLayout layout(GptConfig c) {
        int C = c.channels();
        Initial normal = Initial.normal(DEVIATION);
        ParameterLayout.Builder layout = new ParameterLayout.Builder()
                .add(TOKENS, normal, c.vocabularySize(), C)
                .add(POSITIONS, normal, c.blockSize(), C);
        for (int l = 0; l < c.layers(); l++) {
            addLayer(layout, c, "h." + l + ".");
        }
        layout.add(NORM_WEIGHT, Initial.ONE, C).add(NORM_BIAS, Initial.ZERO, C);
        if (c.tiedHead()) {
            layout.alias(HEAD_WEIGHT, TOKENS);
        } else {
            layout.add(HEAD_WEIGHT, normal, c.vocabularySize(), C);
        }
        return layout.addIf(c.headBias(), HEAD_BIAS, Initial.ZERO, c.vocabularySize())
                .build();
    }

    private static void addLayer(ParameterLayout.Builder layout, GptConfig c, String h) {
        int C = c.channels();
        Initial normal = Initial.normal(DEVIATION);
        Initial residual = Initial.normal(DEVIATION / Math.sqrt(2.0 * c.layers()));
        layout.add(h + "ln_1.weight", Initial.ONE, C)
                .add(h + "ln_1.bias", Initial.ZERO, C)
                .add(h + "attn.c_attn.weight", normal, c.packedWidth(), C)
                .addIf(c.qkvBias(), h + "attn.c_attn.bias", Initial.ZERO, c.packedWidth())
                .add(h + "attn.c_proj.weight", residual, C, C)
                .addIf(c.projectionBias(), h + "attn.c_proj.bias", Initial.ZERO, C)
                .add(h + "ln_2.weight", Initial.ONE, C)
                .add(h + "ln_2.bias", Initial.ZERO, C)
                .add(h + "mlp.c_fc.weight", normal, c.mlpHidden(), C)
                .addIf(c.mlpBias(), h + "mlp.c_fc.bias", Initial.ZERO, c.mlpHidden())
                .add(h + "mlp.c_proj.weight", residual, C, c.mlpHidden())
                .addIf(c.mlpBias(), h + "mlp.c_proj.bias", Initial.ZERO, C);
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
            Recorder ops, Batch batch, Tensor parameters, Tensor gradients, Tensor loss, float scale) {
        List<Block> blocks = blocks(ops, batch.B(), batch.T(), parameters, batch.counters(), true);
        Tensor x = stream(ops, batch.tokens(), blocks, parameters);
        Head head = head(ops, ops.allocate("logits", batch.rows(), vocabularySize()));
        Tensor losses = ops.allocate("losses", batch.rows());
        Tensor logits = head.logits;
        ops.section(LOSS, 0, () -> {
            normAndHead(ops, head, x, parameters);
            CrossEntropy.forwardWithGradient(
                    ops, new CrossEntropy.WithGradient(losses, logits, logits, batch.targets(), scale));
            Reduction.mean(ops, new Reduction.Mean(loss, losses));
        });

        MatMul.backwardWeight(
                ops,
                new MatMul.BackwardWeight(
                        tensor(HEAD_WEIGHT, gradients), tensor(HEAD_BIAS, gradients), logits, head.normed));
        Tensor dnormed = ops.allocate("d.ln_f", batch.rows(), config.channels());
        MatMul.backwardInput(ops, new MatMul.BackwardInput(dnormed, logits, tensor(HEAD_WEIGHT, parameters)));
        Tensor dx = ops.allocate("d.stream", batch.rows(), config.channels());
        Elementwise.fill(ops, new Elementwise.Fill(dx, 0f));
        LayerNorm.backward(
                ops,
                new LayerNorm.Backward(
                        norm(head, x, parameters),
                        dx,
                        tensor(NORM_WEIGHT, gradients),
                        tensor(NORM_BIAS, gradients),
                        dnormed));
        for (int l = config.layers() - 1; l >= 0; l--) {
            Block block = blocks.get(l);
            Block.Weights layerGradients = Block.Weights.of(layout, gradients, l);
            ops.section("layer.backward", l, () -> block.backward(dx, layerGradients));
        }
        Embedding.backward(
                ops,
                new Embedding.Backward(tensor(TOKENS, gradients), tensor(POSITIONS, gradients), dx, batch.tokens()));
    }

    @Override
    public void recordLoss(Recorder ops, Batch batch, Tensor parameters, Tensor loss) {
        List<Block> blocks = blocks(ops, batch.B(), batch.T(), parameters, batch.counters(), false);
        Tensor x = stream(ops, batch.tokens(), blocks, parameters);
        Head head = head(ops, ops.allocate("logits", batch.rows(), vocabularySize()));
        Tensor losses = ops.allocate("losses", batch.rows());
        ops.section(LOSS, 0, () -> {
            normAndHead(ops, head, x, parameters);
            CrossEntropy.forward(ops, new CrossEntropy.Forward(losses, head.logits, batch.targets()));
            Reduction.mean(ops, new Reduction.Mean(loss, losses));
        });
    }

    @Override
    public void recordLogits(Recorder ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor logits) {
        List<Block> blocks = blocks(ops, 1, tokens.size(), parameters, null, false);
        lastLogits(ops, stream(ops, tokens, blocks, parameters), last, parameters, logits);
    }

    private void lastLogits(Recorder ops, Tensor x, IntTensor last, Tensor parameters, Tensor logits) {
        Tensor row = ops.allocate("last", 1, config.channels());
        Embedding.gather(ops, new Embedding.Gather(row, last, x)); // the head is computed for one row only
        normAndHead(ops, head(ops, logits), row, parameters);
    }

    @Override
    public int cacheFloats() {
        return Math.multiplyExact(config.layers(), Block.Cache.floats(config));
    }

    @Override
    public void recordPrefill(
            Recorder ops, IntTensor tokens, IntTensor last, Tensor parameters, Tensor cache, Tensor logits) {
        List<Block> blocks = blocks(ops, 1, tokens.size(), parameters, null, false);
        keep(blocks, cache, null);
        lastLogits(ops, stream(ops, tokens, blocks, parameters), last, parameters, logits);
    }

    @Override
    public void recordStep(
            Recorder ops, IntTensor token, IntTensor position, Tensor parameters, Tensor cache, Tensor logits) {
        List<Block> blocks = blocks(ops, 1, 1, parameters, null, false);
        keep(blocks, cache, position);
        Tensor x = ops.allocate("embedding", 1, config.channels());
        Embedding.gather(ops, new Embedding.Gather(x, token, tensor(TOKENS, parameters)));
        Tensor place = ops.allocate("embedding.position", 1, config.channels());
        Embedding.gather(ops, new Embedding.Gather(place, position, tensor(POSITIONS, parameters)));
        Elementwise.add(ops, new Elementwise.Add(x, x, place));
        normAndHead(ops, head(ops, logits), through(ops, blocks, x), parameters);
    }

    private void keep(List<Block> blocks, Tensor cache, IntTensor position) {
        for (int l = 0; l < blocks.size(); l++) {
            blocks.get(l).keepIn(Block.Cache.of(config, cache, l, position));
        }
    }

    private List<Block> blocks(Recorder ops, int B, int T, Tensor parameters, IntTensor counters, boolean trains) {
        List<Block> blocks = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            Block.Weights weights = Block.Weights.of(layout, parameters, l);
            blocks.add(new Block(ops, config, l, B, T, weights, counters, trains));
        }
        return blocks;
    }

    /** The residual stream after all blocks. */
    private Tensor stream(Recorder ops, IntTensor tokens, List<Block> blocks, Tensor parameters) {
        Tensor x = ops.allocate("embedding", tokens.size(), config.channels());
        Embedding.forward(
                ops, new Embedding.Forward(x, tokens, tensor(TOKENS, parameters), tensor(POSITIONS, parameters)));
        return through(ops, blocks, x);
    }

    private static Tensor through(Recorder ops, List<Block> blocks, Tensor embedded) {
        Tensor[] x = {embedded};
        for (int l = 0; l < blocks.size(); l++) {
            Block block = blocks.get(l);
            ops.section("layer.forward", l, () -> x[0] = block.forward(x[0]));
        }
        return x[0];
    }

    private Head head(Recorder ops, Tensor logits) {
        return new Head(
                ops.allocate("ln_f", logits.rows(), config.channels()),
                ops.allocate("ln_f.statistics", logits.rows(), 2),
                logits);
    }

    private void normAndHead(Recorder ops, Head head, Tensor x, Tensor parameters) {
        LayerNorm.forward(ops, norm(head, x, parameters));
        MatMul.forward(
                ops,
                new MatMul.Forward(
                        head.logits, head.normed, tensor(HEAD_WEIGHT, parameters), tensor(HEAD_BIAS, parameters)));
    }

    private LayerNorm.Forward norm(Head head, Tensor x, Tensor parameters) {
        return new LayerNorm.Forward(
                head.normed, head.statistics, x, tensor(NORM_WEIGHT, parameters), tensor(NORM_BIAS, parameters), 1e-5f);
    }

    private Tensor tensor(String name, Tensor flat) {
        return layout.tensorOrNull(name, flat);
    }
}
