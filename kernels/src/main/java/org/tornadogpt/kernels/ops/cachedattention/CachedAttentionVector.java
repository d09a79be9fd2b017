package org.tornadogpt.kernels.ops.cachedattention;

import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;

/**
 * One head of keys and values after another, with the queries that read it, or each as a block of work where the caches
 * are large enough to be worth waking other threads for.
 */
public final class CachedAttentionVector implements CachedAttention {
    /** Floats of both caches from which on heads are shared out. */
    private static final int SHARED = 1 << 14;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "SIMD by heads of the cache";
    }

    @Override
    public String description() {
        return "One head of keys and values after another with the queries that read it; heads are "
                + "shared out among threads where the caches are large enough.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void fill(
            KernelSink sink, AttentionShape s, int P, Slice keyCache, Slice valueCache, Slice qkv, IntSlice slots) {
        Keeper keeper = Keeper.of(sink, s, keyCache, valueCache, qkv);
        sink.blocks("cachedattention.fill", s.B() * s.kvHeads(), (bg, worker) -> {
            for (int t = 0; t < P; t++) {
                keeper.keep(slots.get(bg / s.kvHeads()), bg % s.kvHeads(), bg / s.kvHeads() * P + t, t, worker);
            }
        });
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
        DecodeHeadVector head = new DecodeHeadVector(
                s, VectorSlice.of(out), VectorSlice.of(keyCache), VectorSlice.of(valueCache), VectorSlice.of(qkv));
        Keeper keeper = Keeper.of(sink, s, keyCache, valueCache, qkv);
        int groups = s.B() * s.kvHeads();
        int queries = s.heads() / s.kvHeads();
        int blocks = 2L * s.rows() * s.kvHeads() * s.D() < SHARED ? 1 : groups;
        sink.blocks("cachedattention.step", blocks, (block, worker) -> {
            for (int bg = block; bg < groups; bg += blocks) {
                int row = bg / s.kvHeads();
                int position = positions.get(row);
                keeper.keep(slots.get(row), bg % s.kvHeads(), row, position, worker);
                for (int h = bg * queries; h < (bg + 1) * queries; h++) {
                    head.attend(h, slots.get(row), position + 1, keeper.scratch[worker]);
                }
            }
        });
    }

    /** Copies rows' keys and values into the caches. */
    private record Keeper(AttentionShape s, VectorSlice keys, VectorSlice values, VectorSlice qkv, float[][] scratch) {
        static Keeper of(KernelSink sink, AttentionShape s, Slice keyCache, Slice valueCache, Slice qkv) {
            int floats = Math.max(2 * s.D(), DecodeHeadVector.scratchFloats(s));
            return new Keeper(
                    s,
                    VectorSlice.of(keyCache),
                    VectorSlice.of(valueCache),
                    VectorSlice.of(qkv),
                    sink.workerScratch(floats));
        }

        /**
         * Keeps one row's key and value.
         *
         * @param g head of keys
         */
        void keep(int slot, int g, int row, int position, int worker) {
            int D = s.D();
            int kept = s.kvHeads() * D;
            float[] r = scratch[worker];
            long from = (long) row * s.packedWidth() + s.width() + (long) g * D;
            qkv.copyTo(from, r, 0, D);
            qkv.copyTo(from + kept, r, D, D);
            long column = ((long) slot * s.kvHeads() + g) * D * s.T() + position;
            for (int c = 0; c < D; c++) {
                keys.set(column + (long) c * s.T(), r[c]);
            }
            values.copyFrom(((long) slot * s.T() + position) * kept + (long) g * D, r, D, D);
        }
    }
}
