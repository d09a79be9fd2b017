package org.tornadogpt.kernels.optimizer;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.WorkGroups;
import org.tornadogpt.kernels.group.RowGroups;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Two passes: a fixed number of groups stride through the array and leave one sum each, then one group adds these up. No atomics; the
 * order of addition depends on the size only. An item adds up every {@code groups * items}-th element, the rest is added in trees.
 */
public final class ReductionGroup implements Reduction {
    private static final int MOST_GROUPS = 512;
    private static final int ELEMENTS_PER_ITEM = 8;
    private static final ReductionLoop LOOPS = new ReductionLoop();

    @Override
    public String name() {
        return "groups";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public void norm(Launcher launcher, int size, Slice out, Slice x) {
        launch(launcher, size, out, x, 1);
    }

    @Override
    public void mean(Launcher launcher, int size, Slice out, Slice x) {
        launch(launcher, size, out, x, 0);
    }

    @Override
    public void fill(Launcher launcher, int size, Slice out, float value) {
        LOOPS.fill(launcher, size, out, value);
    }

    private static void launch(Launcher launcher, int size, Slice out, Slice x, int squared) {
        int items = launcher.groupSize(RowGroups.ITEMS);
        int groups = Math.min(MOST_GROUPS, (size - 1) / (items * ELEMENTS_PER_ITEM) + 1);
        Slice partial = launcher.scratch(groups);
        int partialSlot = launcher.slot(partial);
        launcher.group(
                Call.of(
                        "kPartialSums",
                        ReductionGroup::kPartialSums,
                        new KernelContext(),
                        launcher.offsets(),
                        x.array(),
                        launcher.slot(x),
                        partial.array(),
                        partialSlot,
                        size,
                        squared,
                        groups,
                        items),
                WorkGroups.of(groups, items));
        launcher.group(
                Call.of(
                        "kTotal",
                        ReductionGroup::kTotal,
                        new KernelContext(),
                        launcher.offsets(),
                        partial.array(),
                        partialSlot,
                        out.array(),
                        launcher.slot(out),
                        size,
                        squared,
                        groups,
                        items),
                WorkGroups.of(1, items));
    }

    /** {@code partial[g] = sum of x, or of x² where squared is 1, over group g's elements}; overwrites. */
    public static void kPartialSums(
            KernelContext context,
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray partial,
            int partialSlot,
            int size,
            int squared,
            int groups,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int group = context.groupIdx;
        int xAt = offsets.get(xSlot);
        float sum = 0f;
        for (int i = group * items + lid; i < size; i += groups * items) {
            float value = x.get(xAt + i);
            if (squared > 0) {
                value *= value;
            }
            sum += value;
        }
        tile[lid] = sum;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        if (lid == 0) {
            partial.set(offsets.get(partialSlot) + group, tile[0]);
        }
    }

    /** {@code out[0] = sqrt(sum of partial)} where squared is 1, else {@code sum of partial / size}; overwrites. */
    public static void kTotal(
            KernelContext context,
            IntArray offsets,
            FloatArray partial,
            int partialSlot,
            FloatArray out,
            int outSlot,
            int size,
            int squared,
            int groups,
            int items) {
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int partialAt = offsets.get(partialSlot);
        float sum = 0f;
        for (int g = lid; g < groups; g += items) {
            sum += partial.get(partialAt + g);
        }
        tile[lid] = sum;
        context.localBarrier();
        for (int half = items >> 1; half > 0; half >>= 1) {
            if (lid < half) {
                tile[lid] += tile[lid + half];
            }
            context.localBarrier();
        }
        if (lid == 0) {
            float result = tile[0] / size;
            if (squared > 0) {
                result = TornadoMath.sqrt(tile[0]);
            }
            out.set(offsets.get(outSlot), result);
        }
    }
}
