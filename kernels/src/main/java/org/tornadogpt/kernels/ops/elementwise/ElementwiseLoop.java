package org.tornadogpt.kernels.ops.elementwise;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** One work-item for each element: the reference. */
public final class ElementwiseLoop implements Elementwise {
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
        return "one item per element";
    }

    @Override
    public String description() {
        return "One work-item for each element: the reference.";
    }

    @Override
    public String errorBound() {
        return "each operation on numbers is rounded once";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public void fill(KernelSink sink, int size, Slice out, float value) {
        sink.loop(Call.of("kFill", ElementwiseLoop::kFill, sink.offsets(), out.array(), sink.slot(out), value, size));
    }

    @Override
    public void copy(KernelSink sink, int size, Slice out, Slice x) {
        sink.loop(Call.of(
                "kCopy",
                ElementwiseLoop::kCopy,
                sink.offsets(),
                x.array(),
                sink.slot(x),
                out.array(),
                sink.slot(out),
                size));
    }

    @Override
    public void add(KernelSink sink, int size, Slice out, Slice a, Slice b) {
        sink.loop(Call.of(
                "kAdd",
                ElementwiseLoop::kAdd,
                sink.offsets(),
                a.array(),
                sink.slot(a),
                b.array(),
                sink.slot(b),
                out.array(),
                sink.slot(out),
                size));
    }

    @Override
    public void combine(KernelSink sink, int size, Slice out, Slice x, Slice y, Slice factors) {
        sink.loop(Call.of(
                "kCombine",
                ElementwiseLoop::kCombine,
                sink.offsets(),
                factors.array(),
                sink.slot(factors),
                x.array(),
                sink.slot(x),
                y.array(),
                sink.slot(y),
                out.array(),
                sink.slot(out),
                size));
    }

    @Override
    public void divide(KernelSink sink, int size, Slice out, Slice x, Slice divisor, float epsilon) {
        sink.loop(Call.of(
                "kDivide",
                ElementwiseLoop::kDivide,
                sink.offsets(),
                divisor.array(),
                sink.slot(divisor),
                x.array(),
                sink.slot(x),
                out.array(),
                sink.slot(out),
                epsilon,
                size));
    }

    /** {@code out[i] = value}; overwrites. */
    public static void kFill(IntArray offsets, FloatArray out, int outSlot, float value, int size) {
        for (@Parallel int i = 0; i < size; i++) {
            out.set(offsets.get(outSlot) + i, value);
        }
    }

    /** {@code out[i] = x[i]}; overwrites. */
    public static void kCopy(IntArray offsets, FloatArray x, int xSlot, FloatArray out, int outSlot, int size) {
        for (@Parallel int i = 0; i < size; i++) {
            out.set(offsets.get(outSlot) + i, x.get(offsets.get(xSlot) + i));
        }
    }

    /** {@code out[i] = a[i] + b[i]}; overwrites. */
    public static void kAdd(
            IntArray offsets, FloatArray a, int aSlot, FloatArray b, int bSlot, FloatArray out, int outSlot, int size) {
        for (@Parallel int i = 0; i < size; i++) {
            out.set(offsets.get(outSlot) + i, a.get(offsets.get(aSlot) + i) + b.get(offsets.get(bSlot) + i));
        }
    }

    /** {@code out[i] = factors[0] x[i] + factors[1] y[i]}; overwrites. */
    public static void kCombine(
            IntArray offsets,
            FloatArray factors,
            int factorsSlot,
            FloatArray x,
            int xSlot,
            FloatArray y,
            int ySlot,
            FloatArray out,
            int outSlot,
            int size) {
        for (@Parallel int i = 0; i < size; i++) {
            int factorsAt = offsets.get(factorsSlot);
            float first = factors.get(factorsAt) * x.get(offsets.get(xSlot) + i);
            float second = factors.get(factorsAt + 1) * y.get(offsets.get(ySlot) + i);
            out.set(offsets.get(outSlot) + i, first + second);
        }
    }

    /** {@code out[i] = x[i] / (divisor[0] + epsilon)}; overwrites. */
    public static void kDivide(
            IntArray offsets,
            FloatArray divisor,
            int divisorSlot,
            FloatArray x,
            int xSlot,
            FloatArray out,
            int outSlot,
            float epsilon,
            int size) {
        for (@Parallel int i = 0; i < size; i++) {
            float by = divisor.get(offsets.get(divisorSlot)) + epsilon;
            out.set(offsets.get(outSlot) + i, x.get(offsets.get(xSlot) + i) / by);
        }
    }
}
