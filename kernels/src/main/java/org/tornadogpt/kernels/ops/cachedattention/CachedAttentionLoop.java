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
 * One work-item for each number kept, for each head's probabilities and for each element of the result, everything
 * added in order of position as in {@link CausalAttentionLoop}: the reference. {@code bh} numbers row and query head.
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
    public String mechanism() {
        return "one item per head and element";
    }

    @Override
    public String description() {
        return "One work-item for each number kept, each head's probabilities and each element of the "
                + "result, added in order of position: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void fill(
            KernelSink sink, AttentionShape s, int P, Slice keyCache, Slice valueCache, Slice qkv, IntSlice slots) {
        keep(sink, s, P, keyCache, valueCache, qkv, null, slots);
    }

    @Override
    public void step(
            KernelSink sink,
            AttentionShape s,
            Slice out,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice positions,
            IntSlice slots) {
        keep(sink, s, 1, keyCache, valueCache, qkv, positions, slots);
        Slice p = sink.scratch(s.B() * s.heads() * s.T());
        sink.newTable();
        int first = sink.slot(qkv);
        slots(sink, positions, slots, keyCache, p);
        sink.loop(Call.of(
                "kCachedProbabilities",
                CachedAttentionLoop::kCachedProbabilities,
                sink.offsets(),
                first,
                qkv.array(),
                positions.array(),
                slots.array(),
                keyCache.array(),
                p.array(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
        sink.newTable();
        first = sink.slot(p);
        slots(sink, positions, slots, valueCache, out);
        sink.loop(Call.of(
                "kCachedOut",
                CachedAttentionLoop::kCachedOut,
                sink.offsets(),
                first,
                p.array(),
                positions.array(),
                slots.array(),
                valueCache.array(),
                out.array(),
                s.B(),
                s.T(),
                s.heads(),
                s.kvHeads(),
                s.D()));
    }

    /** Table entries that follow a kernel's first one. */
    private static void slots(KernelSink sink, IntSlice positions, IntSlice slots, Slice cache, Slice result) {
        sink.slot(positions);
        sink.slot(slots);
        sink.slot(cache);
        sink.slot(result);
    }

    /** @param positions where each row goes; null for the first position */
    private static void keep(
            KernelSink sink,
            AttentionShape s,
            int P,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice positions,
            IntSlice slots) {
        IntArray position = positions == null ? slots.array() : positions.array();
        int kept = s.kvHeads() * s.D();
        sink.loop(Call.of(
                "kKeepKeys",
                CachedAttentionLoop::kKeepKeys,
                sink.offsets(),
                qkv.array(),
                sink.slot(qkv),
                position,
                positions == null ? KernelSink.ABSENT : sink.slot(positions),
                slots.array(),
                sink.slot(slots),
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
                sink.slot(qkv),
                position,
                positions == null ? KernelSink.ABSENT : sink.slot(positions),
                slots.array(),
                sink.slot(slots),
                valueCache.array(),
                sink.slot(valueCache),
                s.B(),
                P,
                s.T(),
                s.width(),
                kept));
    }

    /** {@code keys[slots[b],c,positions[b]+t] = qkv[b,t,W+c]} for P rows, W the queries' width and E the keys'. */
    public static void kKeepKeys(
            IntArray offsets,
            FloatArray qkv,
            int qkvSlot,
            IntArray positions,
            int positionsSlot,
            IntArray slots,
            int slotsSlot,
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
                    int at = t;
                    if (positionsSlot >= 0) {
                        at += positions.get(offsets.get(positionsSlot) + b);
                    }
                    int slot = slots.get(offsets.get(slotsSlot) + b);
                    float value = qkv.get(offsets.get(qkvSlot) + (b * P + t) * (W + 2 * E) + W + c);
                    keys.set(offsets.get(keysSlot) + (slot * E + c) * T + at, value);
                }
            }
        }
    }

    /** {@code values[slots[b],positions[b]+t,c] = qkv[b,t,W+E+c]} for P rows. */
    public static void kKeepValues(
            IntArray offsets,
            FloatArray qkv,
            int qkvSlot,
            IntArray positions,
            int positionsSlot,
            IntArray slots,
            int slotsSlot,
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
                    int at = t;
                    if (positionsSlot >= 0) {
                        at += positions.get(offsets.get(positionsSlot) + b);
                    }
                    int slot = slots.get(offsets.get(slotsSlot) + b);
                    float value = qkv.get(offsets.get(qkvSlot) + (b * P + t) * (W + 2 * E) + W + E + c);
                    values.set(offsets.get(valuesSlot) + (slot * T + at) * E + c, value);
                }
            }
        }
    }

    /**
     * {@code p = softmax over j of q·k[j] / sqrt(D)} for j up to the position; the rest of p is left as it is.
     *
     * @param first table entry of qkv; positions, slots, keys and p follow
     */
    public static void kCachedProbabilities(
            IntArray offsets,
            int first,
            FloatArray qkv,
            IntArray positions,
            IntArray slots,
            FloatArray keys,
            FloatArray p,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            int last = positions.get(offsets.get(first + 1) + bh / H);
            int slot = slots.get(offsets.get(first + 2) + bh / H);
            int query = offsets.get(first) + bh / H * (H + 2 * G) * D + bh % H * D;
            int key = offsets.get(first + 3) + (slot * G + bh % H / (H / G)) * D * T;
            int row = offsets.get(first + 4) + bh * T;
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

    /**
     * {@code out = sum_j p[j] v[j]} for j up to the position; overwrites.
     *
     * @param first table entry of p; positions, slots, values and out follow
     */
    public static void kCachedOut(
            IntArray offsets,
            int first,
            FloatArray p,
            IntArray positions,
            IntArray slots,
            FloatArray values,
            FloatArray out,
            int B,
            int T,
            int H,
            int G,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int d = 0; d < D; d++) {
                int last = positions.get(offsets.get(first + 1) + bh / H);
                int slot = slots.get(offsets.get(first + 2) + bh / H);
                int value = offsets.get(first + 3) + slot * T * G * D + bh % H / (H / G) * D + d;
                int row = offsets.get(first) + bh * T;
                float sum = 0f;
                for (int j = 0; j <= last; j++) {
                    sum += p.get(row + j) * values.get(value + j * G * D);
                }
                out.set(offsets.get(first + 4) + bh * D + d, sum);
            }
        }
    }
}
