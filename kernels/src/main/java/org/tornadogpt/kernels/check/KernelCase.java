package org.tornadogpt.kernels.check;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
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

/**
 * A small program that exercises one operation.
 *
 * @param operation whose variants it is for
 * @param name what it does, with its sizes
 * @param terms how many numbers are added up in one result, which decides how far rounding may drive two orders of addition apart
 */
public record KernelCase(String operation, String name, int terms, Body body) {
    /** Records the program. */
    interface Body {
        void record(Operations ops, Trial t);
    }

    @Override
    public String toString() {
        return operation + " " + name;
    }

    /** Few cases of uneven sizes: each kernel at least once. */
    public static List<KernelCase> few() {
        List<KernelCase> cases = new ArrayList<>();
        addMatMul(cases, 37, 29, 43);
        addLayerNorm(cases, 13, 67);
        addAttention(cases, new AttentionShape(2, 19, 3, 3, 16), 0.2f);
        addCachedAttention(cases, new AttentionShape(2, 19, 6, 2, 16));
        addCrossEntropy(cases, 21, 95);
        addEmbedding(cases, 2, 9, 31, 17);
        addPointwise(cases, 7, 93);
        addFlat(cases, 1501);
        return cases;
    }

    /** Sizes from 1 to above every block size, uneven ones among them. */
    public static List<KernelCase> grid() {
        List<KernelCase> cases = new ArrayList<>(few());
        for (int[] s : new int[][] {{1, 1, 1}, {1, 64, 65}, {64, 64, 64}, {130, 33, 66}, {65, 128, 13}, {3, 257, 31}}) {
            addMatMul(cases, s[0], s[1], s[2]);
        }
        for (int[] s : new int[][] {{1, 1}, {5, 128}, {70, 384}, {3, 1031}}) {
            addLayerNorm(cases, s[0], s[1]);
            addCrossEntropy(cases, s[0], s[1]);
        }
        addAttention(cases, new AttentionShape(1, 1, 1, 1, 8), 0f);
        addAttention(cases, new AttentionShape(2, 33, 4, 2, 32), 0f);
        addAttention(cases, new AttentionShape(1, 65, 2, 2, 64), 0.1f);
        addAttention(cases, new AttentionShape(1, 130, 1, 1, 128), 0f);
        addCachedAttention(cases, new AttentionShape(3, 2, 1, 1, 7));
        addCachedAttention(cases, new AttentionShape(1, 130, 2, 2, 64));
        addEmbedding(cases, 1, 1, 1, 1);
        addEmbedding(cases, 4, 64, 300, 70);
        addPointwise(cases, 1, 1);
        addPointwise(cases, 33, 257);
        addFlat(cases, 1);
        addFlat(cases, 70_001);
        return cases;
    }

    private static void addMatMul(List<KernelCase> cases, int N, int K, int O) {
        String size = " N" + N + " K" + K + " O" + O;
        cases.add(new KernelCase(MatMul.OPERATION, "forward" + size, K, (ops, t) -> {
            Tensor out = t.unset("out", N, O);
            ops.linear(out, t.activation("x", N, K), t.parameter("weight", O, K), t.parameter("bias", O));
            t.result(out);
            Tensor plain = t.unset("plain", N, O);
            ops.linear(plain, t.activation("x2", N, K), t.parameter("weight2", O, K), null);
            t.result(plain);
        }));
        cases.add(new KernelCase(MatMul.OPERATION, "backward" + size, Math.max(N, O), (ops, t) -> {
            Tensor dx = t.unset("dx", N, K);
            Tensor dout = t.activation("dout", N, O);
            Tensor dweight = t.parameter("dweight", O, K);
            Tensor dbias = t.parameter("dbias", O);
            ops.linearBackwardInput(dx, dout, t.parameter("weight", O, K));
            ops.linearBackwardWeight(dweight, dbias, dout, t.activation("x", N, K));
            t.result(dx);
            t.resultState(dweight);
            t.resultState(dbias);
        }));
        for (Activation kind : Activation.values()) {
            cases.add(new KernelCase(MatMul.OPERATION, kind + size, Math.max(K, O), (ops, t) -> {
                Tensor out = t.unset("out", N, O);
                Tensor pre = kind.needsInput() ? t.unset("pre", N, O) : null;
                Tensor x = t.activation("x", N, K);
                ops.linearActivation(out, pre, x, t.parameter("weight", O, K), t.parameter("bias", O), kind);
                Tensor dx = t.unset("dx", N, K);
                ops.linearBackwardInputActivation(
                        dx,
                        t.activation("dout", N, O),
                        t.parameter("weight2", O, K),
                        t.activation("saved", N, K),
                        kind);
                t.result(out);
                t.result(dx);
            }));
        }
        cases.add(new KernelCase(MatMul.OPERATION, "residual" + size, K, (ops, t) -> {
            Tensor x = t.activation("x", N, K);
            Tensor stream = t.activation("stream", N, O);
            ops.linearResidual(stream, stream, x, t.parameter("weight", O, K), t.parameter("bias", O), t.dropout(0.3f));
            t.result(stream);
        }));
    }

    private static void addLayerNorm(List<KernelCase> cases, int N, int C) {
        cases.add(new KernelCase(LayerNorm.OPERATION, "N" + N + " C" + C, Math.max(N, C), (ops, t) -> {
            Tensor x = t.activation("x", N, C);
            Tensor out = t.unset("out", N, C);
            Tensor statistics = t.unset("statistics", N, 2);
            Tensor weight = t.parameter("weight", C);
            ops.layerNorm(out, statistics, x, weight, t.parameter("bias", C));
            Tensor dx = t.activation("dx", N, C);
            Tensor dweight = t.parameter("dweight", C);
            Tensor dbias = t.parameter("dbias", C);
            ops.layerNormBackward(dx, dweight, dbias, t.activation("dout", N, C), x, statistics, weight);
            t.result(out);
            t.result(dx);
            t.resultState(dweight);
            t.resultState(dbias);
        }));
    }

    private static void addAttention(List<KernelCase> cases, AttentionShape s, float dropped) {
        String name = "B" + s.B() + " T" + s.T() + " H" + s.heads() + "/" + s.kvHeads() + " D" + s.D() + " dropout "
                + dropped;
        cases.add(new KernelCase(CausalAttention.OPERATION, name, s.T() + s.D(), (ops, t) -> {
            Dropout dropout = dropped > 0 ? t.dropout(dropped) : Dropout.none();
            Tensor qkv = t.activation("qkv", s.rows(), s.packedWidth());
            Tensor out = t.unset("out", s.rows(), s.width());
            Tensor saved = ops.attention(out, qkv, s, dropout);
            Tensor dqkv = t.unset("dqkv", s.rows(), s.packedWidth());
            ops.attentionBackward(dqkv, t.activation("dout", s.rows(), s.width()), out, qkv, saved, s, dropout);
            t.result(out);
            t.result(dqkv);
        }));
    }

    /** Fills both caches up to their last position, then adds that one and attends from it. */
    private static void addCachedAttention(List<KernelCase> cases, AttentionShape s) {
        String name = "B" + s.B() + " T" + s.T() + " H" + s.heads() + "/" + s.kvHeads() + " D" + s.D();
        int P = s.T() - 1;
        int kept = s.kvHeads() * s.D();
        cases.add(new KernelCase(CachedAttention.OPERATION, name, s.T() + s.D(), (ops, t) -> {
            Tensor keys = t.parameter("keys", s.B(), kept, s.T());
            Tensor values = t.parameter("values", s.B(), s.T(), kept);
            Tensor out = t.unset("out", s.B(), s.width());
            ops.fillCaches(keys, values, t.activation("qkv", s.B() * P, s.packedWidth()), s);
            ops.attentionStep(out, keys, values, t.activation("row", s.B(), s.packedWidth()), t.ints("position", P), s);
            t.result(out);
            t.resultState(keys);
            t.resultState(values);
        }));
    }

    private static void addCrossEntropy(List<KernelCase> cases, int N, int V) {
        cases.add(new KernelCase(CrossEntropy.OPERATION, "N" + N + " V" + V, V, (ops, t) -> {
            IntTensor targets = t.below("targets", V, N);
            Tensor logits = t.activation("logits", N, V);
            Tensor losses = t.unset("losses", N);
            ops.crossEntropy(losses, logits, targets);
            Tensor again = t.unset("again", N);
            t.result(losses);
            ops.crossEntropyWithGradient(again, logits, logits, targets, 0.25f);
            t.result(again);
            t.result(logits);
        }));
    }

    private static void addEmbedding(List<KernelCase> cases, int B, int T, int V, int C) {
        cases.add(new KernelCase(Embedding.OPERATION, "B" + B + " T" + T + " V" + V + " C" + C, B * T, (ops, t) -> {
            IntTensor tokens = t.below("tokens", V, B * T);
            Tensor out = t.unset("out", B * T, C);
            ops.embedding(out, tokens, t.parameter("wte", V, C), t.parameter("wpe", T, C));
            t.result(out);
            Tensor dTokens = t.parameter("dwte", V, C);
            Tensor dPositions = t.parameter("dwpe", T, C);
            ops.embeddingBackward(dTokens, dPositions, t.activation("dout", B * T, C), tokens);
            t.resultState(dTokens);
            t.resultState(dPositions);
        }));
    }

    private static void addPointwise(List<KernelCase> cases, int N, int C) {
        for (Activation kind : Activation.values()) {
            cases.add(new KernelCase(PointwiseActivation.OPERATION, kind + " " + N + "x" + C, 1, (ops, t) -> {
                Tensor out = t.unset("out", N, C);
                Tensor x = t.activation("x", N, C);
                ops.activation(out, x, kind);
                Tensor dx = t.activation("dx", N, C);
                ops.activationBackward(dx, dx, x, kind);
                t.result(out);
                t.result(dx);
            }));
        }
        cases.add(new KernelCase(Residual.OPERATION, N + "x" + C, 1, (ops, t) -> {
            Dropout dropout = t.dropout(0.25f);
            Tensor stream = t.activation("stream", N, C);
            ops.residual(stream, stream, t.activation("branch", N, C), dropout);
            Tensor dbranch = t.unset("dbranch", N, C);
            ops.residualBackward(dbranch, t.activation("dout", N, C), dropout);
            t.result(stream);
            t.result(dbranch);
        }));
    }

    private static void addFlat(List<KernelCase> cases, int size) {
        cases.add(new KernelCase(Reduction.OPERATION, "size " + size, 512, (ops, t) -> {
            ops.mean(t.output("mean"), t.activation("values", size));
            ops.gradientNorm(t.output("norm"), t.parameter("gradients", size));
            Tensor filled = t.parameter("filled", size);
            ops.fill(filled, 1.5f);
            t.resultState(filled);
        }));
        cases.add(new KernelCase(AdamW.OPERATION, "size " + size, 1, (ops, t) -> {
            Tensor parameters = t.parameter("parameters", size);
            Tensor gradients = t.parameter("gradients", size);
            Tensor m = t.parameter("m", size);
            Tensor v = t.constant("v", 0.5f, size);
            Tensor hyper = t.input("hyper", 1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.1f, 0.05f, 1f);
            ops.adamW(parameters, gradients, m, v, hyper, t.constant("norm", 3f, 1), size / 2);
            t.resultState(parameters);
            t.resultState(m);
            t.resultState(v);
        }));
    }
}
