package org.tornadogpt.kernels.ops.attention;

import java.util.Locale;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.group.TableFloat;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Keeps the whole (B, H, T, T) table of probabilities, before dropout, and backward builds a second one of the scores'
 * gradients in scratch memory; the mask is computed anew. One work-item for each row of a table or of a result,
 * everything added in order of position: the reference. {@code a} is the one array that all slices lie in; {@code bh}
 * numbers batch and query head, {@code bg} batch and key/value head.
 */
public final class CausalAttentionLoop implements CausalAttention {
    /**
     * In place of a dropout's threshold: it and the scale are read from the table, so that evaluation has the same code
     * as training.
     */
    private static final int IN_TABLE = -1;

    /** Less what a header and an alignment may take. */
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 1024;

    private static final double GIBIBYTE = 1 << 30;

    @Override
    public String name() {
        return "materialized";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "whole table of probabilities";
    }

    @Override
    public String description() {
        return "Keeps all (B, H, T, T) probabilities, and backward builds a second table of the scores' "
                + "gradients. Everything is added in order of position: the reference.";
    }

    @Override
    public String limits() {
        return "B*H*T*T floats fit one array: below 2^31";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public int savedFloats(AttentionShape s) {
        long floats = Math.multiplyExact((long) s.rows() * s.heads(), s.T());
        if (floats > LARGEST_ARRAY) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "attention=%s keeps B*H*T*T = %d probabilities (%.1f GiB) in one array, which holds at most %d:"
                            + " use a shorter block, or another variant (see 'tgpt kernels show attention')",
                    name(),
                    floats,
                    floats * Float.BYTES / GIBIBYTE,
                    LARGEST_ARRAY));
        }
        return (int) floats;
    }

    @Override
    public void forward(KernelSink sink, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        FloatArray a = common(name(), out, saved, qkv);
        int first = sink.slot(saved);
        sink.slot(qkv);
        sink.slot(out);
        sink.slot(dropout.site());
        sink.slot(dropout.threshold());
        TableFloat.slots(sink, dropout.scale());
        sink.loop(Call.of(
                "kAttentionForward",
                CausalAttentionLoop::kAttentionForward,
                sink.offsets(),
                first,
                a,
                dropout.counters(sink.offsets()),
                sink.prefersSharedKernels() ? IN_TABLE : dropout.threshold(),
                sink.prefersSharedKernels() ? 1f : dropout.scale(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
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
        FloatArray a = common(name(), dqkv, dout, qkv, saved);
        IntArray offsets = sink.offsets();
        IntArray counters = dropout.counters(offsets);
        Slice scores = sink.scratch(savedFloats(s));
        FloatArray ds = scores.array();
        int first = sink.slot(scores);
        sink.slot(dqkv);
        sink.slot(dout);
        sink.slot(qkv);
        sink.slot(saved);
        sink.slot(dropout.site());
        sink.loop(Call.of(
                "kAttentionBackwardScores",
                CausalAttentionLoop::kAttentionBackwardScores,
                offsets,
                first,
                ds,
                a,
                counters,
                dropout.threshold(),
                dropout.scale(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        sink.loop(Call.of(
                "kAttentionBackwardQuery",
                CausalAttentionLoop::kAttentionBackwardQuery,
                offsets,
                first,
                a,
                ds,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        sink.loop(Call.of(
                "kAttentionBackwardKeyValue",
                CausalAttentionLoop::kAttentionBackwardKeyValue,
                offsets,
                first,
                a,
                ds,
                counters,
                dropout.threshold(),
                dropout.scale(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
    }

    static FloatArray common(String variant, Slice first, Slice... others) {
        for (Slice other : others) {
            if (other.array() != first.array()) {
                throw new IllegalArgumentException(
                        "attention=" + variant + " needs all its tensors in one array; the activations "
                                + "lie in several, so they are too large for it: use a smaller batch or another variant");
            }
        }
        return first.array();
    }

    /**
     * {@code p = softmax over j of q[i]·k[j] / sqrt(D)}, 0 where j > i, and {@code out[i] = sum_j m p v[j]};
     * overwrites.
     *
     * @param first number of p's offset; those of qkv, out and the dropout's site follow, then its threshold and scale
     * @param constantThreshold the threshold, or {@link #IN_TABLE}
     * @param constantScale the scale where the threshold is frozen
     */
    public static void kAttentionForward(
            IntArray offsets,
            int first,
            FloatArray a,
            IntArray counters,
            int constantThreshold,
            float constantScale,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = offsets.get(first + 1) + bh / H * T * width;
                int query = batch + i * width + bh % H * D;
                int keys = batch + (H + bh % H / (H / G)) * D;
                int values = keys + G * D;
                int row = offsets.get(first) + (bh * T + i) * T;
                int out = offsets.get(first + 2) + (bh / H * T + i) * H * D + bh % H * D;
                int threshold = constantThreshold < 0 ? offsets.get(first + 4) : constantThreshold;
                float keptScale = constantThreshold < 0 ? TableFloat.of(offsets, first + 5) : constantScale;
                float scale = 1f / TornadoMath.sqrt((float) D);
                float max = 0f;
                for (int j = 0; j <= i; j++) {
                    float dot = 0f;
                    for (int d = 0; d < D; d++) {
                        dot += a.get(query + d) * a.get(keys + j * width + d);
                    }
                    dot *= scale;
                    a.set(row + j, dot);
                    if (j == 0 || dot > max) {
                        max = dot;
                    }
                }
                float sum = 0f;
                for (int j = 0; j <= i; j++) {
                    float e = TornadoMath.exp(a.get(row + j) - max);
                    a.set(row + j, e);
                    sum += e;
                }
                for (int j = i + 1; j < T; j++) {
                    a.set(row + j, 0f);
                }
                for (int d = 0; d < D; d++) {
                    a.set(out + d, 0f);
                }
                for (int j = 0; j <= i; j++) {
                    float p = a.get(row + j) / sum;
                    a.set(row + j, p);
                    p *= Philox.mask(counters, offsets.get(first + 3), bh * T + i, j, threshold, keptScale);
                    for (int d = 0; d < D; d++) {
                        a.set(out + d, a.get(out + d) + p * a.get(values + j * width + d));
                    }
                }
            }
        }
    }

    /**
     * {@code ds = p (dp - delta)} with {@code dp[i,j] = m dout[i]·v[j]} and {@code delta = sum_j p dp}, for j up to i;
     * overwrites.
     *
     * @param first number of ds's offset; those of dqkv, dout, qkv, p and the dropout's site follow
     */
    public static void kAttentionBackwardScores(
            IntArray offsets,
            int first,
            FloatArray ds,
            FloatArray a,
            IntArray counters,
            int threshold,
            float keptScale,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int values = offsets.get(first + 3) + bh / H * T * width + (H + G + bh % H / (H / G)) * D;
                int dout = offsets.get(first + 2) + (bh / H * T + i) * H * D + bh % H * D;
                int row = offsets.get(first) + (bh * T + i) * T;
                int pRow = offsets.get(first + 4) + (bh * T + i) * T;
                float delta = 0f;
                for (int j = 0; j <= i; j++) {
                    float dot = 0f;
                    for (int d = 0; d < D; d++) {
                        dot += a.get(dout + d) * a.get(values + j * width + d);
                    }
                    float dp = dot * Philox.mask(counters, offsets.get(first + 5), bh * T + i, j, threshold, keptScale);
                    ds.set(row + j, dp);
                    delta += a.get(pRow + j) * dp;
                }
                for (int j = 0; j <= i; j++) {
                    ds.set(row + j, a.get(pRow + j) * (ds.get(row + j) - delta));
                }
            }
        }
    }

    /**
     * {@code dq[i] = sum_j ds k[j] / sqrt(D)}; overwrites.
     *
     * @param first as for {@link #kAttentionBackwardScores}
     */
    public static void kAttentionBackwardQuery(
            IntArray offsets, int first, FloatArray a, FloatArray ds, int B, int T, int H, int G, int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int i = 0; i < T; i++) {
                int width = (H + 2 * G) * D;
                int batch = bh / H * T * width;
                int keys = offsets.get(first + 3) + batch + (H + bh % H / (H / G)) * D;
                int dq = offsets.get(first + 1) + batch + i * width + bh % H * D;
                int row = offsets.get(first) + (bh * T + i) * T;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    float sum = 0f;
                    for (int j = 0; j <= i; j++) {
                        sum += ds.get(row + j) * a.get(keys + j * width + d);
                    }
                    a.set(dq + d, sum * scale);
                }
            }
        }
    }

    /**
     * {@code dk[j] = sum_i ds q[i] / sqrt(D)} and {@code dv[j] = sum_i m p dout[i]} over all query heads that share key
     * and value; overwrites.
     *
     * @param first as for {@link #kAttentionBackwardScores}
     */
    public static void kAttentionBackwardKeyValue(
            IntArray offsets,
            int first,
            FloatArray a,
            FloatArray ds,
            IntArray counters,
            int threshold,
            float keptScale,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bg = 0; bg < B * G; bg++) {
            for (@Parallel int j = 0; j < T; j++) {
                int width = (H + 2 * G) * D;
                int batch = bg / G * T * width;
                int firstHead = bg / G * H + bg % G * (H / G);
                int dk = offsets.get(first + 1) + batch + j * width + (H + bg % G) * D;
                int dv = dk + G * D;
                float scale = 1f / TornadoMath.sqrt((float) D);
                for (int d = 0; d < D; d++) {
                    float sum = 0f;
                    for (int bh = firstHead; bh < firstHead + H / G; bh++) {
                        int queries = offsets.get(first + 3) + batch + bh % H * D + d;
                        int column = offsets.get(first) + bh * T * T + j;
                        for (int i = j; i < T; i++) {
                            sum += ds.get(column + i * T) * a.get(queries + i * width);
                        }
                    }
                    a.set(dk + d, sum * scale);
                }
                for (int d = 0; d < D; d++) {
                    a.set(dv + d, 0f);
                }
                for (int bh = firstHead; bh < firstHead + H / G; bh++) {
                    int column = offsets.get(first + 4) + bh * T * T + j;
                    int douts = offsets.get(first + 2) + bh / H * T * H * D + bh % H * D;
                    for (int i = j; i < T; i++) {
                        float p = a.get(column + i * T)
                                * Philox.mask(counters, offsets.get(first + 5), bh * T + i, j, threshold, keptScale);
                        for (int d = 0; d < D; d++) {
                            a.set(dv + d, a.get(dv + d) + p * a.get(douts + i * H * D + d));
                        }
                    }
                }
            }
        }
    }
}
