package org.tornadogpt.kernels.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.kernels.ops.residual.Residual;

/** Checks shapes, looks up the chosen variants and keeps what was called as a list of {@link Node}s. */
public final class Recording implements Operations {
    private final String name;
    private final KernelChoices kernels;
    private final List<Node> nodes = new ArrayList<>();
    private String section = "";
    private int index;

    Recording(String name, KernelChoices kernels) {
        this.name = name;
        this.kernels = kernels;
    }

    /** A recording of nodes made elsewhere: how tests and benchmarks put a single variant on a device. */
    public static Recording of(String name, List<Node> nodes) {
        Recording recording = new Recording(name, null);
        recording.nodes.addAll(nodes);
        return recording;
    }

    public String name() {
        return name;
    }

    /** What was recorded, in order. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public Tensor allocate(String tensorName, int... shape) {
        return Tensor.activation(tensorName, shape);
    }

    @Override
    public void section(String sectionName, int sectionIndex, Runnable body) {
        if (!section.isEmpty()) {
            throw new IllegalStateException("section " + sectionName + " inside section " + section);
        }
        section = sectionName;
        index = sectionIndex;
        body.run();
        section = "";
        index = 0;
    }

    @Override
    public void fill(Tensor out, float value) {
        Reduction reduction = kernels.get(Reduction.OPERATION, Reduction.class);
        add(
                reduction,
                "fill",
                reads(),
                writes(out),
                out.size(),
                l -> reduction.fill(l, out.size(), out.slice(), value));
    }

    @Override
    public void embedding(Tensor out, IntTensor tokens, Tensor tokenTable, Tensor positionTable) {
        Embedding embedding = kernels.get(Embedding.OPERATION, Embedding.class);
        Embedding.Shape s = embeddingShape("embedding", out, tokens, tokenTable, positionTable);
        add(
                embedding,
                "forward",
                reads(tokenTable, positionTable),
                writes(out),
                out.size(),
                l -> embedding.forward(l, s, out.slice(), tokens.slice(), tokenTable.slice(), slice(positionTable)));
    }

    @Override
    public void embeddingBackward(Tensor dTokenTable, Tensor dPositionTable, Tensor dout, IntTensor tokens) {
        Embedding embedding = kernels.get(Embedding.OPERATION, Embedding.class);
        Embedding.Shape s = embeddingShape("embedding backward", dout, tokens, dTokenTable, dPositionTable);
        add(
                embedding,
                "backward",
                reads(dout),
                writes(dTokenTable, dPositionTable),
                2L * dout.size(),
                l -> embedding.backward(
                        l, s, dTokenTable.slice(), slice(dPositionTable), dout.slice(), tokens.slice()));
    }

    private static Embedding.Shape embeddingShape(
            String what, Tensor out, IntTensor tokens, Tensor tokenTable, Tensor positionTable) {
        int N = out.rows();
        int C = out.columns();
        check(tokens.size() == N, what, "tokens", tokens, "out", out);
        check(tokenTable.columns() == C, what, "tokenTable", tokenTable, "out", out);
        int T = N;
        if (positionTable != null) {
            T = positionTable.rows();
            check(
                    positionTable.columns() == C && (N % T == 0 || N < T),
                    what,
                    "positionTable",
                    positionTable,
                    "out",
                    out);
        }
        return new Embedding.Shape(N, T, C, tokenTable.rows());
    }

    @Override
    public void layerNorm(Tensor out, Tensor statistics, Tensor x, Tensor weight, Tensor bias) {
        LayerNorm layerNorm = kernels.get(LayerNorm.OPERATION, LayerNorm.class);
        int N = x.rows();
        int C = x.columns();
        checkLayerNorm("layerNorm", x, out, statistics, weight, bias);
        add(
                layerNorm,
                "forward",
                reads(x, weight, bias),
                writes(out, statistics),
                8L * N * C,
                l -> layerNorm.forward(
                        l, N, C, out.slice(), statistics.slice(), x.slice(), weight.slice(), slice(bias)));
    }

    @Override
    public void layerNormBackward(
            Tensor dx, Tensor dweight, Tensor dbias, Tensor dout, Tensor x, Tensor statistics, Tensor weight) {
        LayerNorm layerNorm = kernels.get(LayerNorm.OPERATION, LayerNorm.class);
        int N = x.rows();
        int C = x.columns();
        checkLayerNorm("layerNormBackward", x, dx, statistics, weight, dbias);
        checkLayerNorm("layerNormBackward", x, dout, statistics, dweight, dbias);
        add(
                layerNorm,
                "backward",
                reads(dout, x, statistics, weight),
                writes(dx, dweight, dbias),
                14L * N * C,
                l -> layerNorm.backward(
                        l,
                        N,
                        C,
                        dx.slice(),
                        dweight.slice(),
                        slice(dbias),
                        dout.slice(),
                        x.slice(),
                        statistics.slice(),
                        weight.slice()));
    }

    private static void checkLayerNorm(
            String what, Tensor x, Tensor out, Tensor statistics, Tensor weight, Tensor bias) {
        checkSameShape(what, x, out);
        check(statistics.size() == 2 * x.rows(), what, "statistics", statistics, "x", x);
        check(weight.size() == x.columns(), what, "weight", weight, "x", x);
        check(bias == null || bias.size() == x.columns(), what, "bias", bias, "x", x);
    }

    @Override
    public void linear(Tensor out, Tensor x, Tensor weight, Tensor bias) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linear", out, x, weight, bias);
        add(
                matMul,
                "forward",
                reads(x, weight, bias),
                writes(out),
                s.flops(),
                l -> matMul.forward(l, s, out.slice(), x.slice(), weight.slice(), slice(bias)));
    }

    @Override
    public void linearActivation(Tensor out, Tensor pre, Tensor x, Tensor weight, Tensor bias, Activation kind) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linearActivation", out, x, weight, bias);
        if (kind.needsInput() == (pre == null)) {
            throw new IllegalArgumentException("linearActivation: " + kind + (pre == null ? " needs" : " does not need")
                    + " a tensor for the activation's input");
        }
        if (!matMul.fusesActivation()) {
            Tensor input = pre == null ? out : pre;
            linear(input, x, weight, bias);
            activation(out, input, kind);
            return;
        }
        if (pre != null) {
            checkSameShape("linearActivation", out, pre);
        }
        add(
                matMul,
                "forwardActivation",
                reads(x, weight, bias),
                writes(out, pre),
                s.flops(),
                l -> matMul.forwardActivation(
                        l, s, out.slice(), slice(pre), x.slice(), weight.slice(), slice(bias), kind));
    }

    @Override
    public void linearResidual(Tensor out, Tensor residual, Tensor x, Tensor weight, Tensor bias, Dropout dropout) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linearResidual", out, x, weight, bias);
        checkSameShape("linearResidual", out, residual);
        if (!matMul.fusesResidual()) {
            Tensor branch = allocate(out.name() + ".branch", out.rows(), out.columns());
            linear(branch, x, weight, bias);
            residual(out, residual, branch, dropout);
            return;
        }
        add(
                matMul,
                "forwardResidual",
                reads(residual, x, weight, bias),
                writes(out),
                s.flops(),
                l -> matMul.forwardResidual(
                        l, s, out.slice(), residual.slice(), x.slice(), weight.slice(), slice(bias), dropout));
    }

    @Override
    public void linearBackwardInput(Tensor dx, Tensor dout, Tensor weight) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linearBackwardInput", dout, dx, weight, null);
        add(
                matMul,
                "backwardInput",
                reads(dout, weight),
                writes(dx),
                s.flops(),
                l -> matMul.backwardInput(l, s, dx.slice(), dout.slice(), weight.slice()));
    }

    @Override
    public void linearBackwardInputActivation(Tensor dx, Tensor dout, Tensor weight, Tensor saved, Activation kind) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linearBackwardInputActivation", dout, dx, weight, null);
        checkSameShape("linearBackwardInputActivation", dx, saved);
        if (!matMul.fusesActivation()) {
            linearBackwardInput(dx, dout, weight);
            activationBackward(dx, dx, saved, kind);
            return;
        }
        add(
                matMul,
                "backwardInputActivation",
                reads(dout, weight, saved),
                writes(dx),
                s.flops(),
                l -> matMul.backwardInputActivation(
                        l, s, dx.slice(), dout.slice(), weight.slice(), saved.slice(), kind));
    }

    @Override
    public void linearBackwardWeight(Tensor dweight, Tensor dbias, Tensor dout, Tensor x) {
        MatMul matMul = matMul();
        MatMul.Shape s = linearShape("linearBackwardWeight", dout, x, dweight, dbias);
        add(
                matMul,
                MatMul.BACKWARD_WEIGHT,
                reads(dout, x),
                writes(dweight, dbias),
                s.flops(),
                l -> matMul.backwardWeight(l, s, dweight.slice(), slice(dbias), dout.slice(), x.slice()));
    }

    private MatMul matMul() {
        return kernels.get(MatMul.OPERATION, MatMul.class);
    }

    private static MatMul.Shape linearShape(String what, Tensor out, Tensor x, Tensor weight, Tensor bias) {
        check(weight.rank() == 2 && weight.columns() == x.columns(), what, "weight", weight, "x", x);
        check(out.columns() == weight.rows(), what, "out", out, "weight", weight);
        check(out.rows() == x.rows(), what, "out", out, "x", x);
        check(bias == null || bias.size() == weight.rows(), what, "bias", bias, "weight", weight);
        return new MatMul.Shape(x.rows(), x.columns(), out.columns());
    }

    @Override
    public void activation(Tensor out, Tensor x, Activation kind) {
        PointwiseActivation pointwise = kernels.get(PointwiseActivation.OPERATION, PointwiseActivation.class);
        checkSameShape("activation", out, x);
        add(
                pointwise,
                "forward",
                reads(x),
                writes(out),
                out.size(),
                l -> pointwise.forward(l, out.size(), kind, out.slice(), x.slice()));
    }

    @Override
    public void activationBackward(Tensor dx, Tensor dout, Tensor saved, Activation kind) {
        PointwiseActivation pointwise = kernels.get(PointwiseActivation.OPERATION, PointwiseActivation.class);
        checkSameShape("activationBackward", dx, dout);
        checkSameShape("activationBackward", dx, saved);
        add(
                pointwise,
                "backward",
                reads(dout, saved),
                writes(dx),
                2L * dx.size(),
                l -> pointwise.backward(l, dx.size(), kind, dx.slice(), dout.slice(), saved.slice()));
    }

    @Override
    public Tensor attention(Tensor out, Tensor qkv, AttentionShape s, Dropout dropout) {
        CausalAttention attention = kernels.get(CausalAttention.OPERATION, CausalAttention.class);
        checkAttention("attention", out, qkv, s);
        Tensor saved = allocate(out.name() + ".saved", attention.savedFloats(s));
        add(
                attention,
                "forward",
                reads(qkv),
                writes(out, saved),
                attentionFlops(2, s),
                l -> attention.forward(l, s, dropout, out.slice(), saved.slice(), qkv.slice()));
        return saved;
    }

    @Override
    public void attentionBackward(
            Tensor dqkv, Tensor dout, Tensor out, Tensor qkv, Tensor saved, AttentionShape s, Dropout dropout) {
        CausalAttention attention = kernels.get(CausalAttention.OPERATION, CausalAttention.class);
        checkAttention("attentionBackward", out, qkv, s);
        checkSameShape("attentionBackward", out, dout);
        checkSameShape("attentionBackward", qkv, dqkv);
        add(
                attention,
                "backward",
                reads(dout, out, qkv, saved),
                writes(dqkv),
                attentionFlops(5, s),
                l -> attention.backward(
                        l, s, dropout, dqkv.slice(), dout.slice(), out.slice(), qkv.slice(), saved.slice()));
    }

    /** {@code products} matrix products of T x T x D for each batch and head, of which the causal half is counted. */
    private static long attentionFlops(int products, AttentionShape s) {
        return (long) products * s.B() * s.heads() * s.T() * (s.T() + 1) * s.D();
    }

    private static void checkAttention(String what, Tensor out, Tensor qkv, AttentionShape s) {
        if (out.rows() != s.rows()
                || out.columns() != s.width()
                || qkv.rows() != s.rows()
                || qkv.columns() != s.packedWidth()) {
            throw new IllegalArgumentException(what + ": " + s + " wants out (" + s.rows() + ", " + s.width()
                    + ") and qkv (" + s.rows() + ", " + s.packedWidth() + "), got " + out + " and " + qkv);
        }
    }

    @Override
    public void fillCaches(Tensor keyCache, Tensor valueCache, Tensor qkv, AttentionShape s) {
        CachedAttention attention = kernels.get(CachedAttention.OPERATION, CachedAttention.class);
        checkCaches("fillCaches", keyCache, valueCache, s);
        int P = qkv.rows() / s.B();
        if (qkv.columns() != s.packedWidth() || qkv.rows() % s.B() != 0 || P > s.T()) {
            throw new IllegalArgumentException("fillCaches: qkv " + qkv + " does not fit " + s);
        }
        add(
                attention,
                "fill",
                reads(qkv),
                writes(keyCache, valueCache),
                0,
                l -> attention.fill(l, s, P, keyCache.slice(), valueCache.slice(), qkv.slice()));
    }

    @Override
    public void attentionStep(
            Tensor out, Tensor keyCache, Tensor valueCache, Tensor qkv, IntTensor position, AttentionShape s) {
        CachedAttention attention = kernels.get(CachedAttention.OPERATION, CachedAttention.class);
        checkCaches("attentionStep", keyCache, valueCache, s);
        checkAttention("attentionStep", out, qkv, new AttentionShape(s.B(), 1, s.heads(), s.kvHeads(), s.D()));
        check(position.size() == 1, "attentionStep", "position", position, "out", out);
        add(
                attention,
                "step",
                reads(qkv),
                writes(out, keyCache, valueCache),
                4L * s.rows() * s.width(),
                l -> attention.step(
                        l, s, out.slice(), keyCache.slice(), valueCache.slice(), qkv.slice(), position.slice()));
    }

    private static void checkCaches(String what, Tensor keyCache, Tensor valueCache, AttentionShape s) {
        int size = Math.multiplyExact(s.rows(), s.kvHeads() * s.D());
        if (keyCache.size() != size || keyCache.columns() != s.T() || valueCache.size() != size) {
            throw new IllegalArgumentException(what + ": " + s + " wants caches of " + size
                    + " floats, the keys' with T as its last dimension, got " + keyCache + " and " + valueCache);
        }
    }

    @Override
    public void residual(Tensor out, Tensor residual, Tensor branch, Dropout dropout) {
        Residual kernel = kernels.get(Residual.OPERATION, Residual.class);
        checkSameShape("residual", out, residual);
        checkSameShape("residual", out, branch);
        add(
                kernel,
                "forward",
                reads(residual, branch),
                writes(out),
                2L * out.size(),
                l -> kernel.forward(
                        l, out.rows(), out.columns(), dropout, out.slice(), residual.slice(), branch.slice()));
    }

    @Override
    public void residualBackward(Tensor dbranch, Tensor dout, Dropout dropout) {
        Residual kernel = kernels.get(Residual.OPERATION, Residual.class);
        checkSameShape("residualBackward", dbranch, dout);
        add(
                kernel,
                "backward",
                reads(dout),
                writes(dbranch),
                dout.size(),
                l -> kernel.backward(l, dout.rows(), dout.columns(), dropout, dbranch.slice(), dout.slice()));
    }

    @Override
    public void crossEntropy(Tensor losses, Tensor logits, IntTensor targets) {
        CrossEntropy crossEntropy = kernels.get(CrossEntropy.OPERATION, CrossEntropy.class);
        int N = logits.rows();
        int V = logits.columns();
        check(losses.size() == N, "crossEntropy", "losses", losses, "logits", logits);
        check(targets.size() == N, "crossEntropy", "targets", targets, "logits", logits);
        add(
                crossEntropy,
                "forward",
                reads(logits),
                writes(losses),
                4L * N * V,
                l -> crossEntropy.forward(l, N, V, losses.slice(), logits.slice(), targets.slice()));
    }

    @Override
    public void crossEntropyWithGradient(Tensor losses, Tensor dlogits, Tensor logits, IntTensor targets, float scale) {
        CrossEntropy crossEntropy = kernels.get(CrossEntropy.OPERATION, CrossEntropy.class);
        int N = logits.rows();
        int V = logits.columns();
        check(losses.size() == N, "crossEntropyWithGradient", "losses", losses, "logits", logits);
        check(targets.size() == N, "crossEntropyWithGradient", "targets", targets, "logits", logits);
        checkSameShape("crossEntropyWithGradient", dlogits, logits);
        add(
                crossEntropy,
                "forwardWithGradient",
                reads(logits),
                writes(losses, dlogits),
                6L * N * V,
                l -> crossEntropy.forwardWithGradient(
                        l, N, V, scale, losses.slice(), dlogits.slice(), logits.slice(), targets.slice()));
    }

    @Override
    public void mean(Tensor out, Tensor values) {
        Reduction reduction = kernels.get(Reduction.OPERATION, Reduction.class);
        check(out.size() == 1, "mean", "out", out, "values", values);
        add(
                reduction,
                "mean",
                reads(values),
                writes(out),
                values.size(),
                l -> reduction.mean(l, values.size(), out.slice(), values.slice()));
    }

    @Override
    public void gradientNorm(Tensor norm, Tensor gradients) {
        Reduction reduction = kernels.get(Reduction.OPERATION, Reduction.class);
        check(norm.size() == 1, "gradientNorm", "norm", norm, "gradients", gradients);
        add(
                reduction,
                "norm",
                reads(gradients),
                writes(norm),
                2L * gradients.size(),
                l -> reduction.norm(l, gradients.size(), norm.slice(), gradients.slice()));
    }

    @Override
    public void adamW(Tensor parameters, Tensor gradients, Tensor m, Tensor v, Tensor hyper, Tensor norm, int decayed) {
        AdamW adamW = kernels.get(AdamW.OPERATION, AdamW.class);
        checkSameShape("adamW", parameters, gradients);
        checkSameShape("adamW", parameters, m);
        checkSameShape("adamW", parameters, v);
        check(hyper.size() == AdamW.HYPER, "adamW", "hyper", hyper, "parameters", parameters);
        check(norm.size() == 1, "adamW", "norm", norm, "parameters", parameters);
        if (decayed < 0 || decayed > parameters.size()) {
            throw new IllegalArgumentException("adamW: " + decayed + " decayed parameters of " + parameters);
        }
        add(
                adamW,
                "step",
                reads(gradients, hyper, norm),
                writes(parameters, m, v),
                12L * parameters.size(),
                l -> adamW.step(
                        l,
                        parameters.size(),
                        decayed,
                        parameters.slice(),
                        gradients.slice(),
                        m.slice(),
                        v.slice(),
                        hyper.slice(),
                        norm.slice()));
    }

    private void add(
            Variant variant,
            String phase,
            List<Tensor> reads,
            List<Tensor> writes,
            long flops,
            Consumer<KernelSink> emit) {
        long bytes = 0;
        for (Tensor tensor : reads) {
            bytes += (long) tensor.size() * Float.BYTES;
        }
        for (Tensor tensor : writes) {
            bytes += (long) tensor.size() * Float.BYTES;
        }
        nodes.add(new Node(
                variant.operation(),
                phase,
                variant.name(),
                writes.get(0).name(),
                reads,
                writes,
                new Cost(flops, bytes),
                section,
                index,
                emit));
    }

    private static List<Tensor> reads(Tensor... tensors) {
        return Arrays.stream(tensors).filter(Objects::nonNull).toList();
    }

    private static List<Tensor> writes(Tensor... tensors) {
        return reads(tensors);
    }

    private static Slice slice(Tensor tensor) {
        return tensor == null ? null : tensor.slice();
    }

    private static void checkSameShape(String what, Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            throw new IllegalArgumentException(what + ": shapes differ: " + a + " and " + b);
        }
    }

    private static void check(boolean fits, String what, String aName, Object a, String bName, Object b) {
        if (!fits) {
            throw new IllegalArgumentException(what + ": " + aName + " " + a + " does not fit " + bName + " " + b);
        }
    }
}
