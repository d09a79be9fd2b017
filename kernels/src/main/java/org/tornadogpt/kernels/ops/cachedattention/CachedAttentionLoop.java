package org.tornadogpt.kernels.ops.cachedattention;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttentionLoop;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One work-item for each number kept, for each head's probabilities and for each element of the result, everything added in order
 * of position as in {@link CausalAttentionLoop}: the reference. {@code bh} numbers batch and query head.
 */
public final class CachedAttentionLoop implements CachedAttention {
    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void fill(KernelSink sink, AttentionShape s, int P, Slice keyCache, Slice valueCache, Slice qkv) {
        keep(sink, s, P, keyCache, valueCache, qkv, sink.offsets(), KernelSink.ABSENT);
    }

    @Override
    public void step(
            KernelSink sink,
            AttentionShape s,
            Slice out,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice position) {
        int positionSlot = sink.slot(position);
        keep(sink, s, 1, keyCache, valueCache, qkv, position.array(), positionSlot);
        Slice p = sink.scratch(s.B() * s.heads() * s.T());
        int pSlot = sink.slot(p);
        sink.loop(Call.of(
                "kCachedProbabilities",
                CachedAttentionLoop::kCachedProbabilities,
                sink.offsets(),
                qkv.array(),
                sink.slot(qkv),
                position.array(),
                positionSlot,
                keyCache.array(),
                sink.slot(keyCache),
                p.array(),
                pSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        sink.loop(Call.of(
                "kCachedOut",
                CachedAttentionLoop::kCachedOut,
                sink.offsets(),
                p.array(),
                pSlot,
                position.array(),
                positionSlot,
                valueCache.array(),
                sink.slot(valueCache),
                out.array(),
                sink.slot(out),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
    }

    private static void keep(
            KernelSink sink,
            AttentionShape s,
            int P,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntArray position,
            int positionSlot) {
        int qkvSlot = sink.slot(qkv);
        int kept = s.kvHeads() * s.D();
        sink.loop(Call.of(
                "kKeepKeys",
                CachedAttentionLoop::kKeepKeys,
                sink.offsets(),
                qkv.array(),
                qkvSlot,
                position,
                positionSlot,
                keyCache.array(),
                sink.slot(keyCache),
                s.B(),
                P,
                s.T(),
                s.width(),
                kept));
        sink.loop(Call.of(
                "kKeepValues",
                CachedAttentionLoop::kKeepValues,
                sink.offsets(),
                qkv.array(),
                qkvSlot,
                position,
                positionSlot,
                valueCache.array(),
                sink.slot(valueCache),
                s.B(),
                P,
                s.T(),
                s.width(),
                kept));
    }

    /** {@code keys[b,c,position+t] = qkv[b,t,W+c]} for P rows, W the queries' width and E the keys'. */
    public static void kKeepKeys(
            IntArray offsets,
            FloatArray qkv,
            int qkvSlot,
            IntArray position,
            int positionSlot,
            FloatArray keys,
            int keysSlot,
            int B,
            int P,
            int T,
            int W,
            int E) {
        for (@Parallel int b = 0; b < B; b++) {
            for (@Parallel int t = 0; t < P; t++) {
                for (@Parallel int c = 0; c < E; c++) {
                    int first = 0;
                    if (positionSlot >= 0) {
                        first = position.get(offsets.get(positionSlot));
                    }
                    float value = qkv.get(offsets.get(qkvSlot) + (b * P + t) * (W + 2 * E) + W + c);
                    keys.set(offsets.get(keysSlot) + (b * E + c) * T + first + t, value);
                }
            }
        }
    }

    /** {@code values[b,position+t,c] = qkv[b,t,W+E+c]} for P rows. */
    public static void kKeepValues(
            IntArray offsets,
            FloatArray qkv,
            int qkvSlot,
            IntArray position,
            int positionSlot,
            FloatArray values,
            int valuesSlot,
            int B,
            int P,
            int T,
            int W,
            int E) {
        for (@Parallel int b = 0; b < B; b++) {
            for (@Parallel int t = 0; t < P; t++) {
                for (@Parallel int c = 0; c < E; c++) {
                    int first = 0;
                    if (positionSlot >= 0) {
                        first = position.get(offsets.get(positionSlot));
                    }
                    float value = qkv.get(offsets.get(qkvSlot) + (b * P + t) * (W + 2 * E) + W + E + c);
                    values.set(offsets.get(valuesSlot) + (b * T + first + t) * E + c, value);
                }
            }
        }
    }

    /** {@code p = softmax over j of q·k[j] / sqrt(D)} for j up to the position; the rest of p is left as it is. */
    public static void kCachedProbabilities(
            IntArray offsets,
            FloatArray qkv,
            int qkvSlot,
            IntArray position,
            int positionSlot,
            FloatArray keys,
            int keysSlot,
            FloatArray p,
            int pSlot,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            int last = position.get(offsets.get(positionSlot));
            int query = offsets.get(qkvSlot) + bh / H * (H + 2 * G) * D + bh % H * D;
            int key = offsets.get(keysSlot) + (bh / H * G + bh % H / (H / G)) * D * T;
            int row = offsets.get(pSlot) + bh * T;
            float scale = 1f / TornadoMath.sqrt((float) D);
            float max = 0f;
            for (int j = 0; j <= last; j++) {
                float dot = 0f;
                for (int d = 0; d < D; d++) {
                    dot += qkv.get(query + d) * keys.get(key + d * T + j);
                }
                dot *= scale;
                p.set(row + j, dot);
                if (j == 0 || dot > max) {
                    max = dot;
                }
            }
            float sum = 0f;
            for (int j = 0; j <= last; j++) {
                float e = TornadoMath.exp(p.get(row + j) - max);
                p.set(row + j, e);
                sum += e;
            }
            for (int j = 0; j <= last; j++) {
                p.set(row + j, p.get(row + j) / sum);
            }
        }
    }

    /** {@code out = sum_j p[j] v[j]} for j up to the position; overwrites. */
    public static void kCachedOut(
            IntArray offsets,
            FloatArray p,
            int pSlot,
            IntArray position,
            int positionSlot,
            FloatArray values,
            int valuesSlot,
            FloatArray out,
            int outSlot,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int d = 0; d < D; d++) {
                int last = position.get(offsets.get(positionSlot));
                int value = offsets.get(valuesSlot) + bh / H * T * G * D + bh % H / (H / G) * D + d;
                int row = offsets.get(pSlot) + bh * T;
                float sum = 0f;
                for (int j = 0; j <= last; j++) {
                    sum += p.get(row + j) * values.get(value + j * G * D);
                }
                out.set(offsets.get(outSlot) + bh * D + d, sum);
            }
        }
    }
}
