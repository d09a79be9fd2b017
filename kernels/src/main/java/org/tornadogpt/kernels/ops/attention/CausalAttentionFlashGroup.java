package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.Launcher;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * FlashAttention-2 (Dao 2023) for work-groups: scores exist in tiles of {@value FlashTile#TILE} x {@value FlashTile#TILE} only, and what
 * forward keeps is one log-sum-exp for each row. Backward computes the probabilities anew, once for the keys' and values' gradients with
 * a group for each tile of keys, and once for the queries' with a group for each tile of queries: no atomics, so one order of addition.
 * Head sizes up to {@value FlashTile#WIDE}.
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
    public int savedFloats(AttentionShape s) {
        if (s.D() > FlashTile.WIDE) {
            throw new IllegalArgumentException("attention=" + name() + " takes heads of at most " + FlashTile.WIDE
                    + " channels, got " + s.D() + ": use --kernel attention=materialized");
        }
        return Math.multiplyExact(s.rows(), s.heads());
    }

    @Override
    public void forward(Launcher launcher, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        FloatArray a = CausalAttentionMaterialized.common(name(), out, saved, qkv);
        int first = launcher.slot(out);
        launcher.slot(saved);
        launcher.slot(qkv);
        launcher.slot(dropout.site());
        launcher.slot(s.D());
        launcher.group(
                Call.of(
                        "kFlashForward",
                        FlashForwardGroup::kFlashForward,
                        new KernelContext(),
                        launcher.offsets(),
                        first,
                        dropout.counters(launcher.offsets()),
                        a,
                        s.T(),
                        s.heads(),
                        s.kvHeads(),
                        s.D(),
                        dropout.threshold(),
                        dropout.scale()),
                groups(s, s.heads()));
    }

    /** A group for each tile of each of {@code heads} heads of each batch. */
    private static WorkGroups groups(AttentionShape s, int heads) {
        return WorkGroups.of((s.T() - 1) / FlashTile.TILE + 1, s.B() * heads, FlashTile.SIDE, FlashTile.SIDE);
    }

    @Override
    public void backward(
            Launcher launcher,
            AttentionShape s,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved) {
        FloatArray a = CausalAttentionMaterialized.common(name(), dqkv, dout, qkv, saved);
        Slice delta = launcher.scratch(Math.multiplyExact(s.rows(), s.heads()));
        int first = launcher.slot(dqkv);
        int doutSlot = launcher.slot(dout);
        launcher.slot(qkv);
        launcher.slot(saved);
        launcher.slot(dropout.site());
        int deltaSlot = launcher.slot(delta);
        launcher.slot(s.D());
        launcher.loop(Call.of(
                "kFlashDelta",
                CausalAttentionFlashGroup::kFlashDelta,
                launcher.offsets(),
                a,
                doutSlot,
                out.array(),
                launcher.slot(out),
                delta.array(),
                deltaSlot,
                s.B(),
                s.T(),
                s.heads(),
                s.D()));
        IntArray counters = dropout.counters(launcher.offsets());
        launcher.group(
                Call.of(
                        "kFlashBackwardKeys",
                        FlashKeysGroup::kFlashBackwardKeys,
                        new KernelContext(),
                        launcher.offsets(),
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
                groups(s, s.kvHeads()));
        launcher.group(
                Call.of(
                        "kFlashBackwardQueries",
                        FlashQueriesGroup::kFlashBackwardQueries,
                        new KernelContext(),
                        launcher.offsets(),
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
                groups(s, s.heads()));
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
