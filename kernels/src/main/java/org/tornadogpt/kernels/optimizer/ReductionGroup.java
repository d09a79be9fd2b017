package org.tornadogpt.kernels.optimizer;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.WorkGroups;
import org.tornadogpt.kernels.group.RowGroups;
import org.tornadogpt.kernels.group.Sizes;
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
    private static final int ROOT = 1;
    private static final int MEAN = 2;
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
        launch(launcher, size, out, x, true);
    }

    @Override
    public void mean(Launcher launcher, int size, Slice out, Slice x) {
        launch(launcher, size, out, x, false);
    }

    @Override
    public void fill(Launcher launcher, int size, Slice out, float value) {
        LOOPS.fill(launcher, size, out, value);
    }

    private static void launch(Launcher launcher, int size, Slice out, Slice x, boolean squared) {
        int items = launcher.groupSize(RowGroups.ITEMS);
        int groups = Math.min(MOST_GROUPS, (size - 1) / (items * ELEMENTS_PER_ITEM) + 1);
        Slice partial = launcher.scratch(groups);
        int end = squared ? ROOT : MEAN;
        launcher.newTable();
        int first = launcher.slot(x);
        launcher.slot(partial);
        launcher.slot(out);
        Sizes.slots(launcher, size, groups, end);
        launcher.group(
                Call.of(
                        "kPartialSums",
                        ReductionGroup::kPartialSums,
                        new KernelContext(),
                        launcher.offsets(),
                        first,
                        x.array(),
                        partial.array(),
                        launcher.frozen(size),
                        launcher.frozen(groups),
                        launcher.frozen(end),
                        items),
                WorkGroups.of(groups, items));
        launcher.group(
                Call.of(
                        "kTotal",
                        ReductionGroup::kTotal,
                        new KernelContext(),
                        launcher.offsets(),
                        first,
                        partial.array(),
                        out.array(),
                        launcher.frozen(size),
                        launcher.frozen(groups),
                        launcher.frozen(end),
                        items),
                WorkGroups.of(1, items));
    }

    /**
     * {@code partial[g] = sum of x, or of x² for a root, over group g's elements}; overwrites.
     *
     * @param first number of x's offset; that of the partial sums, of the result, the size, the groups and the end follow
     * @param frozenSize the size, or 0 to read it; the others likewise
     * @param frozenEnd {@link #ROOT} or {@link #MEAN}
     */
    public static void kPartialSums(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray x,
            FloatArray partial,
            int frozenSize,
            int frozenGroups,
            int frozenEnd,
            int items) {
        int size = Sizes.of(offsets, first + 3, frozenSize);
        int groups = Sizes.of(offsets, first + 4, frozenGroups);
        int end = Sizes.of(offsets, first + 5, frozenEnd);
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int group = context.groupIdx;
        int xAt = offsets.get(first);
        float sum = 0f;
        for (int i = group * items + lid; i < size; i += groups * items) {
            float value = x.get(xAt + i);
            if (end == ROOT) {
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
            partial.set(offsets.get(first + 1) + group, tile[0]);
        }
    }

    /** {@code out[0] = sqrt(sum of partial)} for a root, else {@code sum of partial / size}; overwrites. */
    public static void kTotal(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray partial,
            FloatArray out,
            int frozenSize,
            int frozenGroups,
            int frozenEnd,
            int items) {
        int size = Sizes.of(offsets, first + 3, frozenSize);
        int groups = Sizes.of(offsets, first + 4, frozenGroups);
        int end = Sizes.of(offsets, first + 5, frozenEnd);
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int partialAt = offsets.get(first + 1);
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
            if (end == ROOT) {
                result = TornadoMath.sqrt(tile[0]);
            }
            out.set(offsets.get(first + 2), result);
        }
    }
}
