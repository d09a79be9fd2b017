package org.tornadogpt.kernels.ops.reduction;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.kernel.group.Sizes;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Groups stride through the array. For sums in two passes: each leaves one, then one group adds these up. No atomics;
 * the order of addition depends on the size only. An item adds up every {@code groups * items}-th element, the rest is
 * added in trees.
 */
public final class ReductionGroup implements Reduction {
    private static final int MOST_GROUPS = 512;
    private static final int ELEMENTS_PER_ITEM = 32;
    private static final int SUM = 1;
    private static final int SQUARES = 2;
    private static final int ROOT = 3;
    private static final int QUOTIENT = 4;

    @Override
    public String name() {
        return "groups";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "trees over strided items";
    }

    @Override
    public String description() {
        return "Groups stride through the array; sums go up in trees in local memory, each group leaves "
                + "one, and one more group adds these up. No atomics.";
    }

    @Override
    public String errorBound() {
        return "sums of |x| or x^2 to about 1e-6 relative";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void norm(KernelSink sink, int size, Slice out, Slice x) {
        reduce(sink, size, out, x, SQUARES, ROOT);
    }

    @Override
    public void mean(KernelSink sink, int size, Slice out, Slice x) {
        reduce(sink, size, out, x, SUM, QUOTIENT);
    }

    private static int groups(int size, int items) {
        return Math.min(MOST_GROUPS, (size - 1) / (items * ELEMENTS_PER_ITEM) + 1);
    }

    private static void reduce(KernelSink sink, int size, Slice out, Slice x, int begin, int end) {
        int groups = groups(size, sink.groupSize(RowGroups.ITEMS));
        Slice partial = sink.scratch(groups);
        launch(sink, size, groups, begin, size, partial, x);
        launch(sink, groups, 1, end, size, out, partial);
    }

    private static void launch(KernelSink sink, int size, int groups, int what, int divisor, Slice out, Slice x) {
        int items = sink.groupSize(RowGroups.ITEMS);
        sink.newTable();
        int first = sink.slot(x);
        sink.slot(out);
        Sizes.slots(sink, size, groups, what, divisor);
        sink.group(
                Call.of(
                        "kGroupSums",
                        ReductionGroup::kGroupSums,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        x.array(),
                        out.array(),
                        sink.constantOrSlot(size),
                        sink.constantOrSlot(groups),
                        sink.constantOrSlot(what),
                        sink.constantOrSlot(divisor),
                        items),
                WorkGroups.of(groups, items));
    }

    /**
     * One pass: {@code out[g] = sum of x, or of x², over group g's elements}, or what becomes of that; overwrites.
     *
     * @param first number of x's offset; that of out, the size, the groups, what to do and the divisor follow
     * @param constantSize the size, or 0 to read it; the others likewise
     * @param constantWhat {@link #SUM}, {@link #SQUARES}, {@link #ROOT} of the sum, or {@link #QUOTIENT} of the sum and
     *     the divisor
     */
    public static void kGroupSums(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray x,
            FloatArray out,
            int constantSize,
            int constantGroups,
            int constantWhat,
            int constantDivisor,
            int items) {
        int size = Sizes.of(offsets, first + 2, constantSize);
        int groups = Sizes.of(offsets, first + 3, constantGroups);
        int what = Sizes.of(offsets, first + 4, constantWhat);
        float[] tile = context.allocateFloatLocalArray(RowGroups.ITEMS);
        int lid = context.localIdx;
        int group = context.groupIdx;
        int xAt = offsets.get(first);
        float sum = 0f;
        for (int i = group * items + lid; i < size; i += groups * items) {
            float value = x.get(xAt + i);
            if (what == SQUARES) {
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
            float result = tile[0];
            if (what == ROOT) {
                result = TornadoMath.sqrt(result);
            }
            if (what == QUOTIENT) {
                result /= Sizes.of(offsets, first + 5, constantDivisor);
            }
            out.set(offsets.get(first + 1) + group, result);
        }
    }

    /**
     * {@code out[i] = value}; overwrites.
     *
     * @param first number of out's offset; the size and the groups follow
     * @param constantSize the size, or 0 to read it; the groups likewise
     */
    public static void kFillGroups(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray out,
            int constantSize,
            int constantGroups,
            float value,
            int items) {
        int size = Sizes.of(offsets, first + 1, constantSize);
        int stride = Sizes.of(offsets, first + 2, constantGroups) * items;
        int outAt = offsets.get(first);
        for (int i = context.globalIdx; i < size; i += stride) {
            out.set(outAt + i, value);
        }
    }
}
