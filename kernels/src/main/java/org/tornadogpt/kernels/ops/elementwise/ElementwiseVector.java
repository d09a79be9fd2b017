package org.tornadogpt.kernels.ops.elementwise;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/** Blocks of elements on all threads. */
public final class ElementwiseVector implements Elementwise {
    private static final int BLOCK = 16 * 1024;

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
        return "SIMD over blocks of elements";
    }

    @Override
    public String description() {
        return "Blocks of elements on all threads.";
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
        VectorSlice y = VectorSlice.of(out);
        blocks(sink, "elementwise.fill", size, (from, end) -> {
            int i = from;
            for (; i <= end - LANES; i += LANES) {
                y.store(i, broadcast(value));
            }
            for (; i < end; i++) {
                y.set(i, value);
            }
        });
    }

    @Override
    public void copy(KernelSink sink, int size, Slice out, Slice x) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice in = VectorSlice.of(x);
        blocks(sink, "elementwise.copy", size, (from, end) -> {
            int i = from;
            for (; i <= end - LANES; i += LANES) {
                y.store(i, in.load(i));
            }
            for (; i < end; i++) {
                y.set(i, in.get(i));
            }
        });
    }

    @Override
    public void add(KernelSink sink, int size, Slice out, Slice a, Slice b) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice p = VectorSlice.of(a);
        VectorSlice q = VectorSlice.of(b);
        blocks(sink, "elementwise.add", size, (from, end) -> {
            int i = from;
            for (; i <= end - LANES; i += LANES) {
                y.store(i, p.load(i).add(q.load(i)));
            }
            for (; i < end; i++) {
                y.set(i, p.get(i) + q.get(i));
            }
        });
    }

    @Override
    public void combine(KernelSink sink, int size, Slice out, Slice x, Slice y, Slice factors) {
        VectorSlice z = VectorSlice.of(out);
        VectorSlice p = VectorSlice.of(x);
        VectorSlice q = VectorSlice.of(y);
        blocks(sink, "elementwise.combine", size, (from, end) -> {
            float ofP = factors.get(0);
            float ofQ = factors.get(1);
            int i = from;
            for (; i <= end - LANES; i += LANES) {
                z.store(i, p.load(i).mul(ofP).add(q.load(i).mul(ofQ)));
            }
            for (; i < end; i++) {
                z.set(i, p.get(i) * ofP + q.get(i) * ofQ);
            }
        });
    }

    @Override
    public void divide(KernelSink sink, int size, Slice out, Slice x, Slice divisor, float epsilon) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice p = VectorSlice.of(x);
        blocks(sink, "elementwise.divide", size, (from, end) -> {
            float by = divisor.get(0) + epsilon;
            int i = from;
            for (; i <= end - LANES; i += LANES) {
                y.store(i, p.load(i).div(by));
            }
            for (; i < end; i++) {
                y.set(i, p.get(i) / by);
            }
        });
    }

    /** What is done to the elements {@code from} to {@code end}, exclusive. */
    private interface Range {
        void apply(int from, int end);
    }

    private static void blocks(KernelSink sink, String kernel, int size, Range range) {
        sink.blocks(
                kernel,
                Math.ceilDiv(size, BLOCK),
                (block, worker) -> range.apply(block * BLOCK, Math.min(size, (block + 1) * BLOCK)));
    }
}
