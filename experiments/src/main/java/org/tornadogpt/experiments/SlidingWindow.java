package org.tornadogpt.experiments;

import java.util.List;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Causal attention to the last {@value #WINDOW} keys, the query's own among them (Beltagy et al. 2020, the sliding
 * window of Longformer): {@code s[i,j] = q[i]·k[j] / sqrt(D)} for {@code max(0, i - WINDOW + 1) <= j <= i}, all else as
 * in {@link CausalAttention}. Work grows with T instead of its square. What is kept is one log-sum-exp for each row.
 */
public final class SlidingWindow implements CausalAttention, OtherMathematics {
    /** Keys that a query sees. */
    public static final int WINDOW = 32;

    @Override
    public String name() {
        return "window";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "the last 32 keys only";
    }

    @Override
    public String description() {
        return "Each query sees the 32 keys up to its own. One work-item for each row; forward keeps a log-sum-exp, and"
                + " backward computes the probabilities anew.";
    }

    @Override
    public String mathematics() {
        return "attention to the last " + WINDOW + " keys";
    }

    @Override
    public int savedFloats(AttentionShape s) {
        return Math.multiplyExact(s.rows(), s.heads());
    }

    @Override
    public void forward(KernelSink sink, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        int first = sink.slot(qkv);
        sink.slot(out);
        sink.slot(saved);
        sink.slot(dropout.site());
        sink.loop(Call.of(
                "kWindowForward",
                SlidingWindow::kWindowForward,
                sink.offsets(),
                first,
                dropout.counters(sink.offsets()),
                out.array(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D(),
                dropout.threshold(),
                dropout.scale()));
    }

    @Override
    public void backward(
            KernelSink sink,
            AttentionShape s,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved) {
        int first = sink.slot(qkv);
        sink.slot(out);
        sink.slot(saved);
        sink.slot(dropout.site());
        sink.slot(dout);
        sink.slot(dqkv);
        sink.loop(Call.of(
                "kWindowQueries",
                SlidingWindow::kWindowQueries,
                sink.offsets(),
                first,
                dropout.counters(sink.offsets()),
                out.array(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D(),
                dropout.threshold(),
                dropout.scale()));
        sink.loop(Call.of(
                "kWindowKeys",
                SlidingWindow::kWindowKeys,
                sink.offsets(),
                first,
                dropout.counters(sink.offsets()),
                out.array(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D(),
                dropout.threshold(),
                dropout.scale()));
    }

    /**
     * Overwrites out and saved, a row each.
     *
     * @param first slot of qkv; those of out, saved and the dropout's site follow
     */
    public static void kWindowForward(
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray a,
            int B,
            int T,
            int H,
            int G,
            int D,
            int threshold,
            float kept) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = offsets.get(first) + bh / H * T * width;
                int query = batch + i * width + bh % H * D;
                int keys = batch + (H + bh % H / (H / G)) * D;
                int out = offsets.get(first + 1) + (bh / H * T + i) * H * D + bh % H * D;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    a.set(out + d, 0f);
                }
                float max = -1e30f;
                float sum = 0f;
                int begin = i < WINDOW ? 0 : i - WINDOW + 1;
                for (int j = begin; j <= i; j++) {
                    float score = 0f;
                    for (int d = 0; d < D; d++) {
                        score += a.get(query + d) * a.get(keys + j * width + d);
                    }
                    score *= scale;
                    // a score that is no number must not be passed over
                    float greater = score <= max ? max : score;
                    float shrink = TornadoMath.exp(max - greater);
                    float e = TornadoMath.exp(score - greater);
                    float m = e * Philox.mask(counters, offsets.get(first + 3), bh * T + i, j, threshold, kept);
                    sum = sum * shrink + e;
                    for (int d = 0; d < D; d++) {
                        a.set(out + d, a.get(out + d) * shrink + m * a.get(keys + G * D + j * width + d));
                    }
                    max = greater;
                }
                for (int d = 0; d < D; d++) {
                    a.set(out + d, a.get(out + d) / sum);
                }
                a.set(offsets.get(first + 2) + bh * T + i, max + TornadoMath.log(sum));
            }
        }
    }

    /**
     * Overwrites dq.
     *
     * @param first as for {@link #kWindowKeys}
     */
    public static void kWindowQueries(
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray a,
            int B,
            int T,
            int H,
            int G,
            int D,
            int threshold,
            float kept) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = bh / H * T * width;
                int query = offsets.get(first) + batch + i * width + bh % H * D;
                int keys = offsets.get(first) + batch + (H + bh % H / (H / G)) * D;
                int row = (bh / H * T + i) * H * D + bh % H * D;
                int out = offsets.get(first + 1) + row;
                int dout = offsets.get(first + 4) + row;
                int dq = offsets.get(first + 5) + batch + i * width + bh % H * D;
                float scale = 1f / TornadoMath.sqrt((float) D);
                float logSum = a.get(offsets.get(first + 2) + bh * T + i);
                float delta = 0f;
                for (int d = 0; d < D; d++) {
                    delta += a.get(dout + d) * a.get(out + d);
                    a.set(dq + d, 0f);
                }
                int begin = i < WINDOW ? 0 : i - WINDOW + 1;
                for (int j = begin; j <= i; j++) {
                    float score = 0f;
                    float dp = 0f;
                    for (int d = 0; d < D; d++) {
                        score += a.get(query + d) * a.get(keys + j * width + d);
                        dp += a.get(dout + d) * a.get(keys + G * D + j * width + d);
                    }
                    dp *= Philox.mask(counters, offsets.get(first + 3), bh * T + i, j, threshold, kept);
                    float ds = TornadoMath.exp(score * scale - logSum) * (dp - delta) * scale;
                    for (int d = 0; d < D; d++) {
                        a.set(dq + d, a.get(dq + d) + ds * a.get(keys + j * width + d));
                    }
                }
            }
        }
    }

    /**
     * Overwrites dk and dv.
     *
     * @param first slot of qkv; those of out, saved, the dropout's site, dout and dqkv follow
     */
    public static void kWindowKeys(
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray a,
            int B,
            int T,
            int H,
            int G,
            int D,
            int threshold,
            float kept) {
        for (@Parallel int bg = 0; bg < B * G; bg++) {
            for (@Parallel int j = 0; j < T; j++) {
                int width = (H + 2 * G) * D;
                int batch = bg / G * T * width;
                int key = offsets.get(first) + batch + j * width + (H + bg % G) * D;
                int dk = offsets.get(first + 5) + batch + j * width + (H + bg % G) * D;
                int dv = dk + G * D;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    a.set(dk + d, 0f);
                    a.set(dv + d, 0f);
                }
                int head = bg / G * H + bg % G * (H / G);
                int end = j + WINDOW < T ? j + WINDOW : T;
                for (int bh = head; bh < head + H / G; bh++) {
                    for (int i = j; i < end; i++) {
                        int query = offsets.get(first) + batch + i * width + bh % H * D;
                        int row = (bh / H * T + i) * H * D + bh % H * D;
                        int out = offsets.get(first + 1) + row;
                        int dout = offsets.get(first + 4) + row;
                        float score = 0f;
                        float dp = 0f;
                        float delta = 0f;
                        for (int d = 0; d < D; d++) {
                            score += a.get(query + d) * a.get(key + d);
                            dp += a.get(dout + d) * a.get(key + G * D + d);
                            delta += a.get(dout + d) * a.get(out + d);
                        }
                        float m = Philox.mask(counters, offsets.get(first + 3), bh * T + i, j, threshold, kept);
                        float p = TornadoMath.exp(score * scale - a.get(offsets.get(first + 2) + bh * T + i));
                        float ds = p * (dp * m - delta) * scale;
                        for (int d = 0; d < D; d++) {
                            a.set(dk + d, a.get(dk + d) + ds * a.get(query + d));
                            a.set(dv + d, a.get(dv + d) + p * m * a.get(dout + d));
                        }
                    }
                }
            }
        }
    }

    @Override
    public List<KernelCase> cases() {
        return List.of(
                both(new AttentionShape(2, 37, 3, 3, 16)),
                both(new AttentionShape(1, 1, 1, 1, 8)),
                both(new AttentionShape(2, 33, 4, 2, 32)),
                both(new AttentionShape(1, 131, 2, 1, 7)),
                both(new AttentionShape(1, 130, 1, 1, 128)));
    }

    private static KernelCase both(AttentionShape s) {
        return new KernelCase(OPERATION, s.label(), WINDOW + s.D(), (recorder, t) -> {
            Tensor qkv = t.activation("qkv", s.rows(), s.packedWidth());
            Tensor out = t.unset("out", s.rows(), s.width());
            CausalAttention.Forward forward = new CausalAttention.Forward(out, qkv, s, Dropout.none());
            Tensor saved = CausalAttention.forward(recorder, forward);
            Tensor dqkv = t.unset("dqkv", s.rows(), s.packedWidth());
            Tensor dout = t.activation("dout", s.rows(), s.width());
            CausalAttention.backward(recorder, new CausalAttention.Backward(forward, saved, dqkv, dout));
            t.result(out);
            t.result(dqkv);
        });
    }

    @Override
    public Reference reference() {
        return SlidingWindow::exact;
    }

    private static void exact(OperationCall call, Doubles values) {
        switch (call) {
            case CausalAttention.Forward a ->
                values.set(
                        a.out(),
                        WindowReference.of(a.shape(), values.get(a.qkv())).out());
            case CausalAttention.Backward a ->
                values.set(
                        a.dqkv(),
                        WindowReference.of(
                                        a.forward().shape(),
                                        values.get(a.forward().qkv()))
                                .dqkv(values.get(a.dout())));
            default -> throw new IllegalArgumentException("no call of attention: " + call);
        }
    }
}
