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

/**
 * Groups stride through the arrays, whatever their sizes. An item takes four elements at a time, each a stride from the
 * next, and reads all that it needs of them before it writes any: compilers must not move a read across a write that
 * might be to the same place, so one element after another would wait for memory four times.
 */
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
        return "groups stride, four an item";
    }

    @Override
    public String description() {
        return "A fixed number of work-groups strides through the arrays, whatever their sizes; an item reads four "
                + "elements before it writes any.";
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
        int last = size - 1;
        for (int i = context.globalIdx; i < size; i += 4 * stride) {
            int i1 = Math.min(i + stride, last);
            int i2 = Math.min(i + 2 * stride, last);
            int i3 = Math.min(i + 3 * stride, last);
            float x0 = a.get(aAt + i);
            float x1 = a.get(aAt + i1);
            float x2 = a.get(aAt + i2);
            float x3 = a.get(aAt + i3);
            if (terms > 1) {
                x0 += b.get(bAt + i);
                x1 += b.get(bAt + i1);
                x2 += b.get(bAt + i2);
                x3 += b.get(bAt + i3);
            }
            store(out, outAt, i, stride, size, x0, x1, x2, x3);
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
        int last = size - 1;
        float ofX = factors.get(factorsAt);
        float ofY = factors.get(factorsAt + 1);
        for (int i = context.globalIdx; i < size; i += 4 * stride) {
            int i1 = Math.min(i + stride, last);
            int i2 = Math.min(i + 2 * stride, last);
            int i3 = Math.min(i + 3 * stride, last);
            float x0 = ofX * x.get(xAt + i);
            float x1 = ofX * x.get(xAt + i1);
            float x2 = ofX * x.get(xAt + i2);
            float x3 = ofX * x.get(xAt + i3);
            float y0 = ofY * y.get(yAt + i);
            float y1 = ofY * y.get(yAt + i1);
            float y2 = ofY * y.get(yAt + i2);
            float y3 = ofY * y.get(yAt + i3);
            store(out, outAt, i, stride, size, x0 + y0, x1 + y1, x2 + y2, x3 + y3);
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
        int last = size - 1;
        for (int i = context.globalIdx; i < size; i += 4 * stride) {
            float x0 = x.get(xAt + i) / by;
            float x1 = x.get(xAt + Math.min(i + stride, last)) / by;
            float x2 = x.get(xAt + Math.min(i + 2 * stride, last)) / by;
            float x3 = x.get(xAt + Math.min(i + 3 * stride, last)) / by;
            store(out, outAt, i, stride, size, x0, x1, x2, x3);
        }
    }

    /** Stores the results for elements i and the next three, a stride apart, where they are there. */
    private static void store(
            FloatArray out, int at, int i, int stride, int size, float x0, float x1, float x2, float x3) {
        out.set(at + i, x0);
        if (i + stride < size) {
            out.set(at + i + stride, x1);
        }
        if (i + 2 * stride < size) {
            out.set(at + i + 2 * stride, x2);
        }
        if (i + 3 * stride < size) {
            out.set(at + i + 3 * stride, x3);
        }
    }
}
