package org.tornadogpt.kernels.ops.swiglu;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.MathVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/** Blocks of rows on all threads. Errors of SiLU and its derivative: see {@link MathVector}. */
public final class SwiGluVector implements SwiGlu {
    /** About how many gates a block has, of which none has less than a row. */
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
        return "SIMD by blocks of rows";
    }

    @Override
    public String description() {
        return "Blocks of rows on all threads, SiLU and its slope in vectors.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int F, Slice out, Slice x) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice in = VectorSlice.of(x);
        rows(sink, "swiglu.forward", N, F, n -> forward(F, y, in, (long) n * F));
    }

    /** @param at where the row begins in {@code out} */
    private static void forward(int F, VectorSlice out, VectorSlice x, long at) {
        int whole = wholeVectors(F);
        for (int f = 0; f < whole; f += LANES) {
            FloatVector gate = x.load(2 * at + f);
            out.store(at + f, MathVector.silu(gate).mul(x.load(2 * at + F + f)));
        }
        if (whole < F) {
            VectorMask<Float> mask = first(F - whole);
            FloatVector gate = x.load(2 * at + whole, mask);
            out.store(at + whole, MathVector.silu(gate).mul(x.load(2 * at + F + whole, mask)), mask);
        }
    }

    @Override
    public void backward(KernelSink sink, int N, int F, Slice dx, Slice dout, Slice x) {
        VectorSlice d = VectorSlice.of(dx);
        VectorSlice dy = VectorSlice.of(dout);
        VectorSlice in = VectorSlice.of(x);
        rows(sink, "swiglu.backward", N, F, n -> backward(F, d, dy, in, (long) n * F));
    }

    /** @param at where the row begins in {@code dout} */
    private static void backward(int F, VectorSlice dx, VectorSlice dout, VectorSlice x, long at) {
        int whole = wholeVectors(F);
        for (int f = 0; f < whole; f += LANES) {
            FloatVector d = dout.load(at + f);
            FloatVector gate = x.load(2 * at + f);
            FloatVector up = x.load(2 * at + F + f);
            dx.store(2 * at + f, d.mul(up).mul(MathVector.siluDerivative(gate)));
            dx.store(2 * at + F + f, d.mul(MathVector.silu(gate)));
        }
        if (whole < F) {
            VectorMask<Float> mask = first(F - whole);
            FloatVector d = dout.load(at + whole, mask);
            FloatVector gate = x.load(2 * at + whole, mask);
            FloatVector up = x.load(2 * at + F + whole, mask);
            dx.store(2 * at + whole, d.mul(up).mul(MathVector.siluDerivative(gate)), mask);
            dx.store(2 * at + F + whole, d.mul(MathVector.silu(gate)), mask);
        }
    }

    /** What is done to one row. */
    private interface Row {
        void apply(int n);
    }

    private static void rows(KernelSink sink, String kernel, int N, int F, Row row) {
        int rows = Math.max(1, BLOCK / F);
        sink.blocks(kernel, Math.ceilDiv(N, rows), (block, worker) -> {
            int end = Math.min(N, (block + 1) * rows);
            for (int n = block * rows; n < end; n++) {
                row.apply(n);
            }
        });
    }
}
