package org.tornadogpt.kernels.ops.layernorm;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;
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
 * Blocks of rows on all threads. A block adds its rows' part of the weight gradients into memory of its own; the parts
 * are added in block order, so the result does not depend on the number of threads.
 */
public final class LayerNormVector implements LayerNorm {
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
        return "Blocks of rows on all threads; each block adds its part of the weight gradients into "
                + "memory of its own, and parts are added in block order.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(
            KernelSink sink,
            int N,
            int C,
            float epsilon,
            Slice out,
            Slice statistics,
            Slice x,
            Slice weight,
            Slice bias) {
        Forward forward = new Forward(
                C,
                epsilon,
                VectorSlice.of(out),
                VectorSlice.of(statistics),
                VectorSlice.of(x),
                VectorSlice.of(weight),
                VectorSlice.of(bias));
        float[][] scratch = sink.workerScratch(forward.scratchFloats());
        sink.blocks("layernorm.forward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            forward.rows(from, Math.min(N, from + ROWS) - from, scratch[worker]);
        });
    }

    @Override
    public void backward(
            KernelSink sink,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight) {
        float[] partial = sink.heapScratch(Math.multiplyExact(blocks(N), 2 * C));
        Backward backward = new Backward(
                C,
                VectorSlice.of(dx),
                VectorSlice.of(dout),
                VectorSlice.of(x),
                VectorSlice.of(statistics),
                VectorSlice.of(weight),
                partial);
        float[][] scratch = sink.workerScratch(backward.scratchFloats());
        sink.blocks("layernorm.backward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            backward.rows(from, Math.min(N, from + ROWS) - from, block * 2 * C, scratch[worker]);
        });
        VectorSlice dw = VectorSlice.of(dweight);
        VectorSlice db = VectorSlice.of(dbias);
        sink.blocks("layernorm.backwardWeight", 1, (block, worker) -> {
            addParts(dw, partial, 0, blocks(N), C);
            if (db != null) {
                addParts(db, partial, C, blocks(N), C);
            }
        });
    }

    private static int blocks(int N) {
        return (N + ROWS - 1) / ROWS;
    }

    private static void addParts(VectorSlice sum, float[] partial, int from, int blocks, int C) {
        for (int c = 0; c < C; c += LANES) {
            VectorMask<Float> mask = first(C - c);
            FloatVector total = sum.load(c, mask);
            for (int block = 0; block < blocks; block++) {
                total = total.add(FloatVector.fromArray(F, partial, from + block * 2 * C + c, mask));
            }
            sum.store(c, total, mask);
        }
    }

    /** Scratch: weight, bias. */
    private record Forward(
            int C,
            float epsilon,
            VectorSlice out,
            VectorSlice statistics,
            VectorSlice x,
            VectorSlice weight,
            VectorSlice bias) {
        int scratchFloats() {
            return 2 * C;
        }

        void rows(int n, int count, float[] s) {
            weight.copyTo(0, s, 0, C);
            if (bias == null) {
                Arrays.fill(s, C, 2 * C, 0f);
            } else {
                bias.copyTo(0, s, C, C);
            }
            for (int r = n; r < n + count; r++) {
                long row = (long) r * C;
                float mean = sum(row) / C;
                float rstd = (float) (1.0 / Math.sqrt(squares(row, mean) / C + epsilon));
                statistics.set(2L * r, mean);
                statistics.set(2L * r + 1, rstd);
                normalise(row, s, mean, rstd);
            }
        }

        private float sum(long row) {
            FloatVector sum = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                sum = sum.add(x.load(row + c));
            }
            if (whole < C) {
                sum = sum.add(x.load(row + whole, first(C - whole)));
            }
            return LanesVector.sum(sum);
        }

        private float squares(long row, float mean) {
            FloatVector sum = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector centred = x.load(row + c).sub(mean);
                sum = centred.fma(centred, sum);
            }
            if (whole < C) {
                VectorMask<Float> mask = first(C - whole);
                FloatVector centred = x.load(row + whole, mask).sub(broadcast(mean), mask);
                sum = centred.fma(centred, sum);
            }
            return LanesVector.sum(sum);
        }

        private void normalise(long row, float[] s, float mean, float rstd) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector y = x.load(row + c).sub(mean).mul(rstd);
                out.store(row + c, y.fma(FloatVector.fromArray(F, s, c), FloatVector.fromArray(F, s, C + c)));
            }
            for (int c = whole; c < C; c++) {
                out.set(row + c, Math.fma((x.get(row + c) - mean) * rstd, s[c], s[C + c]));
            }
        }
    }

    /** Scratch: weight. */
    private record Backward(
            int C,
            VectorSlice dx,
            VectorSlice dout,
            VectorSlice x,
            VectorSlice statistics,
            VectorSlice weight,
            float[] partial) {
        int scratchFloats() {
            return C;
        }

        void rows(int n, int count, int part, float[] w) {
            weight.copyTo(0, w, 0, C);
            Arrays.fill(partial, part, part + 2 * C, 0f);
            for (int r = n; r < n + count; r++) {
                row((long) r * C, part, w, statistics.get(2L * r), statistics.get(2L * r + 1));
            }
        }

        /** Adds to the parameters' gradients, and the sums that the input's gradient needs. */
        private void row(long row, int at, float[] w, float mean, float rstd) {
            FloatVector sum = FloatVector.zero(F);
            FloatVector dot = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector d = dout.load(row + c);
                FloatVector xhat = x.load(row + c).sub(mean).mul(rstd);
                FloatVector g = d.mul(FloatVector.fromArray(F, w, c));
                d.fma(xhat, FloatVector.fromArray(F, partial, at + c)).intoArray(partial, at + c);
                d.add(FloatVector.fromArray(F, partial, at + C + c)).intoArray(partial, at + C + c);
                sum = sum.add(g);
                dot = xhat.fma(g, dot);
            }
            float meanG = LanesVector.sum(sum);
            float meanDot = LanesVector.sum(dot);
            for (int c = whole; c < C; c++) {
                float d = dout.get(row + c);
                float xhat = (x.get(row + c) - mean) * rstd;
                partial[at + c] = Math.fma(d, xhat, partial[at + c]);
                partial[at + C + c] += d;
                meanG += d * w[c];
                meanDot = Math.fma(xhat, d * w[c], meanDot);
            }
            addInputGradient(row, w, mean, rstd, meanG / C, meanDot / C);
        }

        private void addInputGradient(long row, float[] w, float mean, float rstd, float meanG, float meanDot) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector xhat = x.load(row + c).sub(mean).mul(rstd);
                FloatVector g = dout.load(row + c).mul(FloatVector.fromArray(F, w, c));
                FloatVector d = g.sub(meanG).sub(xhat.mul(meanDot)).mul(rstd);
                dx.store(row + c, dx.load(row + c).add(d));
            }
            for (int c = whole; c < C; c++) {
                float xhat = (x.get(row + c) - mean) * rstd;
                float d = (dout.get(row + c) * w[c] - meanG - xhat * meanDot) * rstd;
                dx.set(row + c, dx.get(row + c) + d);
            }
        }
    }
}
