package org.tornadogpt.kernels.attention;

import org.tornadogpt.kernels.AttentionShape;
import org.tornadogpt.kernels.IntSlice;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * One head after another, or each as a block of work where the caches are large enough to be worth waking other threads for.
 */
public final class CachedAttentionVector implements CachedAttention {
    /** Floats of both caches from which on heads are shared out. */
    private static final int SHARED = 1 << 18;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public void fill(Launcher launcher, AttentionShape s, int P, Slice keyCache, Slice valueCache, Slice qkv) {
        Keeper keeper = Keeper.of(launcher, s, keyCache, valueCache, qkv);
        launcher.blocks("cachedattention.fill", s.B(), (b, worker) -> {
            for (int t = 0; t < P; t++) {
                keeper.keep(b, b * P + t, t, worker);
            }
        });
    }

    @Override
    public void step(
            Launcher launcher,
            AttentionShape s,
            Slice out,
            Slice keyCache,
            Slice valueCache,
            Slice qkv,
            IntSlice position) {
        CachedHeadVector head = new CachedHeadVector(
                s, VectorSlice.of(out), VectorSlice.of(keyCache), VectorSlice.of(valueCache), VectorSlice.of(qkv));
        Keeper keeper = Keeper.of(launcher, s, keyCache, valueCache, qkv);
        float[][] scratch = keeper.scratch;
        launcher.blocks("cachedattention.keep", 1, (block, worker) -> {
            for (int b = 0; b < s.B(); b++) {
                keeper.keep(b, b, position.get(0), worker);
            }
        });
        int heads = s.B() * s.heads();
        int blocks = 2L * s.rows() * s.width() < SHARED ? 1 : heads;
        launcher.blocks("cachedattention.step", blocks, (block, worker) -> {
            for (int h = block; h < heads; h += blocks) {
                head.attend(h, position.get(0) + 1, scratch[worker]);
            }
        });
    }

    /** Copies rows' keys and values into the caches. */
    private record Keeper(AttentionShape s, VectorSlice keys, VectorSlice values, VectorSlice qkv, float[][] scratch) {
        static Keeper of(Launcher launcher, AttentionShape s, Slice keyCache, Slice valueCache, Slice qkv) {
            int floats = Math.max(2 * s.kvHeads() * s.D(), CachedHeadVector.scratchFloats(s));
            return new Keeper(
                    s,
                    VectorSlice.of(keyCache),
                    VectorSlice.of(valueCache),
                    VectorSlice.of(qkv),
                    launcher.workerScratch(floats));
        }

        void keep(int b, int row, int position, int worker) {
            int kept = s.kvHeads() * s.D();
            float[] r = scratch[worker];
            qkv.copyTo((long) row * s.packedWidth() + s.width(), r, 0, 2 * kept);
            long column = (long) b * kept * s.T() + position;
            for (int c = 0; c < kept; c++) {
                keys.set(column + (long) c * s.T(), r[c]);
            }
            values.copyFrom(((long) b * s.T() + position) * kept, r, kept, kept);
        }
    }
}
