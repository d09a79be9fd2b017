package org.tornadogpt.kernels.ops.elementwise;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.kernel.group.Sizes;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Groups stride through the arrays, whatever their sizes. */
public final class ElementwiseGroup implements Elementwise {
    private static final int MOST_GROUPS = 512;
    private static final int ELEMENTS_PER_ITEM = 32;

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
        return "groups stride over the array";
    }

    @Override
    public String description() {
        return "A fixed number of work-groups strides through the arrays, whatever their sizes.";
    }

    @Override
    public String errorBound() {
        return "each operation on numbers is rounded once";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void fill(KernelSink sink, int size, Slice out, float value) {
        int items = sink.groupSize(RowGroups.ITEMS);
        int groups = groups(size, items);
        sink.newTable();
        int first = sink.slot(out);
        Sizes.slots(sink, size, groups);
        sink.group(
                Call.of(
                        "kFillGroups",
                        ElementwiseGroup::kFillGroups,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        out.array(),
                        sink.constantOrSlot(size),
                        sink.constantOrSlot(groups),
                        value,
                        items),
                WorkGroups.of(groups, items));
    }

    @Override
    public void copy(KernelSink sink, int size, Slice out, Slice x) {
        sum(sink, size, out, x, null);
    }

    @Override
    public void add(KernelSink sink, int size, Slice out, Slice a, Slice b) {
        sum(sink, size, out, a, b);
    }

    private static void sum(KernelSink sink, int size, Slice out, Slice a, Slice b) {
        int items = sink.groupSize(RowGroups.ITEMS);
        int groups = groups(size, items);
        Slice second = b == null ? a : b;
        sink.newTable();
        int first = sink.slot(a);
        sink.slot(second);
        sink.slot(out);
        Sizes.slots(sink, size, groups);
        sink.group(
                Call.of(
                        "kSumGroups",
                        ElementwiseGroup::kSumGroups,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        a.array(),
                        second.array(),
                        out.array(),
                        sink.constantOrSlot(size),
                        sink.constantOrSlot(groups),
                        b == null ? 1 : 2,
                        items),
                WorkGroups.of(groups, items));
    }

    @Override
    public void combine(KernelSink sink, int size, Slice out, Slice x, Slice y, Slice factors) {
        int items = sink.groupSize(RowGroups.ITEMS);
        int groups = groups(size, items);
        sink.newTable();
        int first = sink.slot(factors);
        sink.slot(x);
        sink.slot(y);
        sink.slot(out);
        Sizes.slots(sink, size, groups);
        sink.group(
                Call.of(
                        "kCombineGroups",
                        ElementwiseGroup::kCombineGroups,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        factors.array(),
                        x.array(),
                        y.array(),
                        out.array(),
                        sink.constantOrSlot(size),
                        sink.constantOrSlot(groups),
                        items),
                WorkGroups.of(groups, items));
    }

    @Override
    public void divide(KernelSink sink, int size, Slice out, Slice x, Slice divisor, float epsilon) {
        int items = sink.groupSize(RowGroups.ITEMS);
        int groups = groups(size, items);
        sink.newTable();
        int first = sink.slot(divisor);
        sink.slot(x);
        sink.slot(out);
        Sizes.slots(sink, size, groups);
        sink.group(
                Call.of(
                        "kDivideGroups",
                        ElementwiseGroup::kDivideGroups,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        divisor.array(),
                        x.array(),
                        out.array(),
                        sink.constantOrSlot(size),
                        sink.constantOrSlot(groups),
                        epsilon,
                        items),
                WorkGroups.of(groups, items));
    }

    private static int groups(int size, int items) {
        return Math.min(MOST_GROUPS, (size - 1) / (items * ELEMENTS_PER_ITEM) + 1);
    }

    /** {@code out[i] = value}; overwrites. */
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

    /** {@code out[i] = a[i]}, and {@code + b[i]} where there are two {@code terms}; overwrites. */
    public static void kSumGroups(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray a,
            FloatArray b,
            FloatArray out,
            int constantSize,
            int constantGroups,
            int terms,
            int items) {
        int size = Sizes.of(offsets, first + 3, constantSize);
        int stride = Sizes.of(offsets, first + 4, constantGroups) * items;
        int aAt = offsets.get(first);
        int bAt = offsets.get(first + 1);
        int outAt = offsets.get(first + 2);
        for (int i = context.globalIdx; i < size; i += stride) {
            float value = a.get(aAt + i);
            if (terms > 1) {
                value += b.get(bAt + i);
            }
            out.set(outAt + i, value);
        }
    }

    /**
     * {@code out[i] = factors[0] x[i] + factors[1] y[i]}; overwrites.
     *
     * @param first number of the factors' offset; those of x, y and out follow, then the size and the groups
     */
    public static void kCombineGroups(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray factors,
            FloatArray x,
            FloatArray y,
            FloatArray out,
            int constantSize,
            int constantGroups,
            int items) {
        int size = Sizes.of(offsets, first + 4, constantSize);
        int stride = Sizes.of(offsets, first + 5, constantGroups) * items;
        int factorsAt = offsets.get(first);
        int xAt = offsets.get(first + 1);
        int yAt = offsets.get(first + 2);
        int outAt = offsets.get(first + 3);
        for (int i = context.globalIdx; i < size; i += stride) {
            float one = factors.get(factorsAt) * x.get(xAt + i);
            float other = factors.get(factorsAt + 1) * y.get(yAt + i);
            out.set(outAt + i, one + other);
        }
    }

    /**
     * {@code out[i] = x[i] / (divisor[0] + epsilon)}; overwrites.
     *
     * @param first number of the divisor's offset; those of x and out follow, then the size and the groups
     */
    public static void kDivideGroups(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray divisor,
            FloatArray x,
            FloatArray out,
            int constantSize,
            int constantGroups,
            float epsilon,
            int items) {
        int size = Sizes.of(offsets, first + 3, constantSize);
        int stride = Sizes.of(offsets, first + 4, constantGroups) * items;
        int xAt = offsets.get(first + 1);
        int outAt = offsets.get(first + 2);
        float by = divisor.get(offsets.get(first)) + epsilon;
        for (int i = context.globalIdx; i < size; i += stride) {
            out.set(outAt + i, x.get(xAt + i) / by);
        }
    }
}
