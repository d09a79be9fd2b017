package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * FlashAttention-2 (Dao 2023) for work-groups: scores exist in tiles only, and what forward keeps is one log-sum-exp
 * for each row. Backward computes the probabilities anew, once for the keys' and values' gradients with a group for
 * each tile of keys, and once for the queries' with a group for each tile of queries: no atomics, so one order of
 * addition. Head sizes up to {@value FlashTile#WIDE}.
 */
public final class CausalAttentionFlashGroup implements CausalAttention {
    @Override
    public String name() {
        return "flashtiled";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "FlashAttention-2, work-groups";
    }

    @Override
    public String description() {
        return "Scores exist in tiles in local memory only; forward keeps one log-sum-exp per row, "
                + "backward computes the probabilities anew: once for keys and values, once for queries, "
                + "without atomics (Dao 2023).";
    }

    @Override
    public String limits() {
        return "head size at most 128";
    }

    /** Elsewhere than on a GPU it is no quicker at usual lengths, and takes long to compile. */
    @Override
    public int preference(DeviceTraits device) {
        return device.gpu() ? PREFERRED : ONLY_IF_NAMED;
    }

    @Override
    public int savedFloats(AttentionShape s) {
        if (s.D() > FlashTile.WIDE) {
            throw new IllegalArgumentException("attention=" + name() + " takes heads of at most " + FlashTile.WIDE
                    + " channels, got " + s.D() + ": use --kernel attention=materialized");
        }
        return Math.multiplyExact(s.rows(), s.heads());
    }

    @Override
    public void forward(KernelSink sink, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        FloatArray a = CausalAttentionLoop.common(name(), out, saved, qkv);
        int first = sink.slot(out);
        sink.slot(saved);
        sink.slot(qkv);
        sink.slot(dropout.site());
        sink.slot(s.D());
        sink.group(
                Call.of(
                        "kFlashForward",
                        FlashForwardGroup::kFlashForward,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        dropout.counters(sink.offsets()),
                        a,
                        s.T(),
                        s.heads(),
                        s.kvHeads(),
                        s.D(),
                        dropout.threshold(),
                        dropout.scale()),
                groups(s, FlashForwardGroup.ROWS, s.heads()));
    }

    /** A group for every {@code rows} times of each of {@code heads} heads of each batch. */
    private static WorkGroups groups(AttentionShape s, int rows, int heads) {
        return WorkGroups.of((s.T() - 1) / rows + 1, s.B() * heads, FlashTile.SIDE, FlashTile.SIDE);
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
        FloatArray a = CausalAttentionLoop.common(name(), dqkv, dout, qkv, saved);
        Slice delta = sink.scratch(Math.multiplyExact(s.rows(), s.heads()));
        int first = sink.slot(dqkv);
        int doutSlot = sink.slot(dout);
        sink.slot(qkv);
        sink.slot(saved);
        sink.slot(dropout.site());
        int deltaSlot = sink.slot(delta);
        sink.slot(s.D());
        sink.loop(Call.of(
                "kFlashDelta",
                CausalAttentionFlashGroup::kFlashDelta,
                sink.offsets(),
                a,
                doutSlot,
                out.array(),
                sink.slot(out),
                delta.array(),
                deltaSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.D()));
        IntArray counters = dropout.counters(sink.offsets());
        sink.group(
                Call.of(
                        "kFlashBackwardKeys",
                        FlashKeysGroup::kFlashBackwardKeys,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        delta.array(),
                        counters,
                        a,
                        s.T(),
                        s.heads(),
                        s.kvHeads(),
                        s.D(),
                        dropout.threshold(),
                        dropout.scale()),
                groups(s, FlashKeysGroup.ROWS, s.kvHeads()));
        sink.group(
                Call.of(
                        "kFlashBackwardQueries",
                        FlashQueriesGroup::kFlashBackwardQueries,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        delta.array(),
                        counters,
                        a,
                        s.T(),
                        s.heads(),
                        s.kvHeads(),
                        s.D(),
                        dropout.threshold(),
                        dropout.scale()),
                groups(s, FlashQueriesGroup.ROWS, s.heads()));
    }

    /** {@code delta[b,h,t] = dout·out} of that head and row; overwrites. */
    public static void kFlashDelta(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray out,
            int outSlot,
            FloatArray delta,
            int deltaSlot,
            int B,
            int T,
            int H,
            int D) {
        for (@Parallel int bh = 0; bh < B * H; bh++) {
            for (@Parallel int t = 0; t < T; t++) {
                int row = (bh / H * T + t) * H * D + bh % H * D;
                int doutAt = offsets.get(doutSlot) + row;
                int outAt = offsets.get(outSlot) + row;
                float sum = 0f;
                for (int d = 0; d < D; d++) {
                    sum += dout.get(doutAt + d) * out.get(outAt + d);
                }
                delta.set(offsets.get(deltaSlot) + bh * T + t, sum);
            }
        }
    }
}
