package org.tornadogpt.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;

/**
 * The way of one context through a transformer: what the residual stream holds after each layer, what each head looks at, and what the
 * model would say if it ended after a layer (the "logit lens", nostalgebraist 2020).
 */
public final class Inspection {
    /** A layer. The rows of its attention are (H, T, T): the weight of position {@code s} for position {@code t}, 0 for s &gt; t. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    public record LayerView(float[] attention, float[] normAfterAttention, float[] normAfterMlp) {}

    private final int T;
    private final int heads;
    private final float[] embeddingNorms;
    private final List<LayerView> layers = new ArrayList<>();

    /** Of the stream before the first layer, and after each: (T, V). */
    private final List<float[]> lens = new ArrayList<>();

    private final int V;

    /**
     * Runs the model once.
     *
     * @param context 1 to T tokens
     * @throws IllegalArgumentException for a model that is no transformer
     */
    public Inspection(Weights weights, KernelChoices kernels, int... context) {
        if (!(weights.model() instanceof Gpt gpt)) {
            throw new IllegalArgumentException(
                    "a model of kind " + weights.model().kind() + " has no layers to look into");
        }
        Checks.context(context, gpt);
        GptConfig config = gpt.config();
        T = context.length;
        heads = config.heads();
        V = config.vocabularySize();
        Workspace workspace = new Workspace(kernels);
        weights.arrays().forEach(workspace::share);
        IntTensor tokens = workspace.intInput("tokens", T);
        Tensor logits = workspace.output("logits", T, V);
        Map<String, Tensor> kept = new HashMap<>();
        List<Tensor> lensLogits = new ArrayList<>();
        Context whole =
                Context.training(1, T, weights.parameters(), null); // each update of the stream has its own tensor
        workspace.record("inspect", recorder -> {
            gpt.recordLogits(new Keeping(recorder, workspace, kept), whole, tokens, null, logits);
            for (int l = -1; l < config.layers(); l++) {
                Tensor said = workspace.output("lens." + l, T, V);
                gpt.recordHead(recorder, whole, stream(kept, l), said);
                lensLogits.add(said);
            }
        });
        workspace.build();
        tokens.copyFrom(context);
        workspace.program("inspect").run();
        embeddingNorms = norms(kept.get("embedding"));
        for (int l = 0; l < config.layers(); l++) {
            layers.add(new LayerView(
                    attention(kept.get("h." + l + ".attn.qkv").slice().toArray(), config),
                    norms(kept.get("h." + l + ".attn.residual")),
                    norms(stream(kept, l))));
        }
        lensLogits.forEach(said -> lens.add(said.slice().toArray()));
    }

    private static Tensor stream(Map<String, Tensor> kept, int layer) {
        return kept.get(layer < 0 ? "embedding" : "h." + layer + ".mlp.residual");
    }

    /** The Euclidean norms of rows. */
    private static float[] norms(Tensor rows) {
        float[] values = rows.slice().toArray();
        float[] norms = new float[rows.rows()];
        for (int t = 0; t < norms.length; t++) {
            double sum = 0;
            for (int c = 0; c < rows.columns(); c++) {
                float value = values[t * rows.columns() + c];
                sum += (double) value * value;
            }
            norms[t] = (float) Math.sqrt(sum);
        }
        return norms;
    }

    /** The softmax of the causal {@code q . k / sqrt(D)}, of queries and keys as the attention got them. */
    private float[] attention(float[] qkv, GptConfig config) {
        int D = config.headSize();
        int width = (heads + 2 * config.kvHeads()) * D;
        float[] probabilities = new float[heads * T * T];
        for (int h = 0; h < heads; h++) {
            int key = (heads + h / (heads / config.kvHeads())) * D;
            for (int t = 0; t < T; t++) {
                attend(probabilities, (h * T + t) * T, t, qkv, width, h * D, key, D);
            }
        }
        return probabilities;
    }

    private static void attend(
            float[] probabilities, int at, int t, float[] qkv, int width, int query, int key, int D) {
        double largest = Double.NEGATIVE_INFINITY;
        double[] scores = new double[t + 1];
        for (int s = 0; s <= t; s++) {
            for (int d = 0; d < D; d++) {
                scores[s] += (double) qkv[t * width + query + d] * qkv[s * width + key + d];
            }
            scores[s] /= Math.sqrt(D);
            largest = Math.max(largest, scores[s]);
        }
        double sum = 0;
        for (int s = 0; s <= t; s++) {
            scores[s] = Math.exp(scores[s] - largest);
            sum += scores[s];
        }
        for (int s = 0; s <= t; s++) {
            probabilities[at + s] = (float) (scores[s] / sum);
        }
    }

    /** Tokens of the context. */
    public int length() {
        return T;
    }

    /** Heads of each layer. */
    public int heads() {
        return heads;
    }

    /** Norms of the stream before the first layer, one for each token. */
    public float[] embeddingNorms() {
        return embeddingNorms.clone();
    }

    public List<LayerView> layers() {
        return List.copyOf(layers);
    }

    /**
     * What the model would say after a layer.
     *
     * @param layer -1 for before the first
     * @param position of the context
     */
    public LogProbabilities lens(int layer, int position) {
        float[] logits = new float[V];
        System.arraycopy(lens.get(layer + 1), position * V, logits, 0, V);
        return new LogProbabilities(logits);
    }

    /** Records as another recorder does, but keeps all intermediate results. Repetitions are none to it: their memory is not alike. */
    private record Keeping(Recorder recorder, Workspace workspace, Map<String, Tensor> kept) implements Recorder {
        @Override
        public Tensor allocate(String name, int... shape) {
            Tensor tensor = workspace.output(name, shape);
            kept.put(name, tensor);
            return tensor;
        }

        @Override
        public Tensor constant(String name, Supplier<float[]> values, int... shape) {
            return recorder.constant(name, values, shape);
        }

        @Override
        public void section(String name, int index, Runnable body) {
            body.run();
        }

        @Override
        public <V extends Variant> V variant(Class<V> type, DType stored) {
            return recorder.variant(type, stored);
        }

        @Override
        public void node(
                Variant variant,
                String phase,
                OperationCall call,
                List<Tensor> reads,
                List<Tensor> writes,
                long flops,
                Consumer<KernelSink> emit) {
            recorder.node(variant, phase, call, reads, writes, flops, emit);
        }
    }
}
