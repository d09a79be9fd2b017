package org.tornadogpt.kernels.ops.reduction;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

import jdk.incubator.vector.FloatVector;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Blocks of elements on all threads; a block is summed in four vectors of float, the blocks' sums in order in double.
 */
public final class ReductionVector implements Reduction {
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
        return "SIMD sums of blocks";
    }

    @Override
    public String description() {
        return "Blocks of elements on all threads: four float vectors within a block, double across "
                + "blocks, in order.";
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
        float[] partial = sink.heapScratch(blocks(size));
        VectorSlice in = VectorSlice.of(x);
        sink.blocks("reduction.norm", blocks(size), (block, worker) -> {
            partial[block] = squares(in, block * BLOCK, Math.min(size, (block + 1) * BLOCK));
        });
        sink.blocks(
                "reduction.normTotal",
                1,
                (block, worker) -> out.set(0, (float) Math.sqrt(total(partial, blocks(size)))));
    }

    @Override
    public void mean(KernelSink sink, int size, Slice out, Slice x) {
        float[] partial = sink.heapScratch(blocks(size));
        VectorSlice in = VectorSlice.of(x);
        sink.blocks("reduction.mean", blocks(size), (block, worker) -> {
            partial[block] = sum(in, block * BLOCK, Math.min(size, (block + 1) * BLOCK));
        });
        sink.blocks(
                "reduction.meanTotal", 1, (block, worker) -> out.set(0, (float) (total(partial, blocks(size)) / size)));
    }

    private static int blocks(int size) {
        return Math.ceilDiv(size, BLOCK);
    }

    private static double total(float[] partial, int blocks) {
        double total = 0;
        for (int i = 0; i < blocks; i++) {
            total += partial[i];
        }
        return total;
    }

    private static float squares(VectorSlice x, int from, int end) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = from;
        for (; i <= end - 4 * LANES; i += 4 * LANES) {
            FloatVector x0 = x.load(i);
            FloatVector x1 = x.load(i + LANES);
            FloatVector x2 = x.load(i + 2 * LANES);
            FloatVector x3 = x.load(i + 3 * LANES);
            a = x0.fma(x0, a);
            b = x1.fma(x1, b);
            c = x2.fma(x2, c);
            d = x3.fma(x3, d);
        }
        float sum = LanesVector.sum(a.add(b).add(c.add(d)));
        for (; i < end; i++) {
            sum = Math.fma(x.get(i), x.get(i), sum);
        }
        return sum;
    }

    /** Without vectors: a step has one call for a few thousand losses, too rare to be compiled soon. */
    private static float sum(VectorSlice x, int from, int end) {
        double sum = 0;
        for (int i = from; i < end; i++) {
            sum += x.get(i);
        }
        return (float) sum;
    }
}
