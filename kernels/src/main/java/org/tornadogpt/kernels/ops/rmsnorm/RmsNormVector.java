package org.tornadogpt.kernels.ops.rmsnorm;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Blocks of rows on all threads. A block adds its rows' part of the weight gradient into memory of its own; the parts
 * are added in block order, so the result does not depend on the number of threads.
 */
public final class RmsNormVector implements RmsNorm {
    private static final int ROWS = 32;

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
        return "Blocks of rows on all threads; each block adds its part of the weight gradient into "
                + "memory of its own, and parts are added in block order.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int C, float epsilon, Slice out, Slice rstd, Slice x, Slice weight) {
        Forward forward = new Forward(
                C, epsilon, VectorSlice.of(out), VectorSlice.of(rstd), VectorSlice.of(x), VectorSlice.of(weight));
        float[][] scratch = sink.workerScratch(C);
        sink.blocks("rmsnorm.forward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            forward.rows(from, Math.min(N, from + ROWS), scratch[worker]);
        });
    }

    @Override
    public void backward(
            KernelSink sink, int N, int C, Slice dx, Slice dweight, Slice dout, Slice x, Slice rstd, Slice weight) {
        float[] parts = sink.heapScratch(Math.multiplyExact(blocks(N), C));
        Backward backward = new Backward(
                C,
                VectorSlice.of(dx),
                VectorSlice.of(dout),
                VectorSlice.of(x),
                VectorSlice.of(rstd),
                VectorSlice.of(weight),
                parts);
        float[][] scratch = sink.workerScratch(C);
        sink.blocks("rmsnorm.backward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            backward.rows(from, Math.min(N, from + ROWS), block * C, scratch[worker]);
        });
        VectorSlice dw = VectorSlice.of(dweight);
        sink.blocks("rmsnorm.backwardWeight", 1, (block, worker) -> addParts(dw, parts, blocks(N), C));
    }

    private static int blocks(int N) {
        return Math.ceilDiv(N, ROWS);
    }

    private static void addParts(VectorSlice sum, float[] parts, int blocks, int C) {
        for (int c = 0; c < C; c += LANES) {
            VectorMask<Float> mask = first(C - c);
            FloatVector total = sum.load(c, mask);
            for (int block = 0; block < blocks; block++) {
                total = total.add(FloatVector.fromArray(F, parts, block * C + c, mask));
            }
            sum.store(c, total, mask);
        }
    }

    private record Forward(int C, float epsilon, VectorSlice out, VectorSlice rstd, VectorSlice x, VectorSlice weight) {
        /** Rows {@code n} to {@code end}; {@code w} is room for the weight. */
        void rows(int n, int end, float[] w) {
            weight.copyTo(0, w, 0, C);
            for (int r = n; r < end; r++) {
                long row = (long) r * C;
                float reciprocal = (float) (1.0 / Math.sqrt(squares(row) / C + epsilon));
                rstd.set(r, reciprocal);
                normalise(row, w, reciprocal);
            }
        }

        private float squares(long row) {
            FloatVector sum = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector v = x.load(row + c);
                sum = v.fma(v, sum);
            }
            float total = LanesVector.sum(sum);
            for (int c = whole; c < C; c++) {
                total = Math.fma(x.get(row + c), x.get(row + c), total);
            }
            return total;
        }

        private void normalise(long row, float[] w, float reciprocal) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                out.store(row + c, x.load(row + c).mul(reciprocal).mul(FloatVector.fromArray(F, w, c)));
            }
            for (int c = whole; c < C; c++) {
                out.set(row + c, x.get(row + c) * reciprocal * w[c]);
            }
        }
    }

    private record Backward(
            int C,
            VectorSlice dx,
            VectorSlice dout,
            VectorSlice x,
            VectorSlice rstd,
            VectorSlice weight,
            float[] parts) {
        /**
         * Rows {@code n} to {@code end}, whose part of the weight's gradient begins at {@code part}; {@code w} is room
         * for the weight.
         */
        void rows(int n, int end, int part, float[] w) {
            weight.copyTo(0, w, 0, C);
            Arrays.fill(parts, part, part + C, 0f);
            for (int r = n; r < end; r++) {
                row((long) r * C, part, w, rstd.get(r));
            }
        }

        /** Adds to the weight's gradient, and the sum that the input's gradient needs. */
        private void row(long row, int part, float[] w, float reciprocal) {
            FloatVector dots = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector d = dout.load(row + c);
                FloatVector xhat = x.load(row + c).mul(reciprocal);
                d.fma(xhat, FloatVector.fromArray(F, parts, part + c)).intoArray(parts, part + c);
                dots = xhat.fma(d.mul(FloatVector.fromArray(F, w, c)), dots);
            }
            float dot = LanesVector.sum(dots);
            for (int c = whole; c < C; c++) {
                float d = dout.get(row + c);
                float xhat = x.get(row + c) * reciprocal;
                parts[part + c] = Math.fma(d, xhat, parts[part + c]);
                dot = Math.fma(xhat, d * w[c], dot);
            }
            addInputGradient(row, w, reciprocal, dot / C);
        }

        private void addInputGradient(long row, float[] w, float reciprocal, float mean) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector xhat = x.load(row + c).mul(reciprocal);
                FloatVector g = dout.load(row + c).mul(FloatVector.fromArray(F, w, c));
                dx.store(row + c, dx.load(row + c).add(g.sub(xhat.mul(mean)).mul(reciprocal)));
            }
            for (int c = whole; c < C; c++) {
                float xhat = x.get(row + c) * reciprocal;
                dx.set(row + c, dx.get(row + c) + (dout.get(row + c) * w[c] - xhat * mean) * reciprocal);
            }
        }
    }
}
