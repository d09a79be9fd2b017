package org.tornadogpt.kernels.layernorm;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;
import static org.tornadogpt.kernels.vector.LanesVector.first;
import static org.tornadogpt.kernels.vector.LanesVector.wholeVectors;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.LanesVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * Blocks of rows on all threads. A block adds its rows' part of the weight gradients into memory of its own; the parts are added
 * in block order, so the result does not depend on the number of threads.
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
    public void forward(
            Launcher launcher, int N, int C, Slice out, Slice statistics, Slice x, Slice weight, Slice bias) {
        Forward forward = new Forward(
                C,
                VectorSlice.of(out),
                VectorSlice.of(statistics),
                VectorSlice.of(x),
                VectorSlice.of(weight),
                VectorSlice.of(bias));
        launcher.blocks("layernorm.forward", blocks(N), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                forward.row(n);
            }
        });
    }

    @Override
    public void backward(
            Launcher launcher,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight) {
        float[] partial = launcher.heapScratch(Math.multiplyExact(blocks(N), 2 * C));
        Backward backward = new Backward(
                C,
                VectorSlice.of(dx),
                VectorSlice.of(dout),
                VectorSlice.of(x),
                VectorSlice.of(statistics),
                VectorSlice.of(weight),
                partial);
        launcher.blocks("layernorm.backward", blocks(N), (block, worker) -> {
            int at = block * 2 * C;
            Arrays.fill(partial, at, at + 2 * C, 0f);
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                backward.row(n, at);
            }
        });
        VectorSlice dw = VectorSlice.of(dweight);
        VectorSlice db = VectorSlice.of(dbias);
        launcher.blocks("layernorm.backwardWeight", 1, (block, worker) -> {
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

    private record Forward(
            int C, VectorSlice out, VectorSlice statistics, VectorSlice x, VectorSlice weight, VectorSlice bias) {
        void row(int n) {
            long row = (long) n * C;
            float mean = sum(row) / C;
            float rstd = (float) (1.0 / Math.sqrt(squares(row, mean) / C + EPSILON));
            statistics.set(2L * n, mean);
            statistics.set(2L * n + 1, rstd);
            normalise(row, mean, rstd);
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

        private void normalise(long row, float mean, float rstd) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector y = x.load(row + c).sub(mean).mul(rstd);
                FloatVector w = weight.load(c);
                y = bias == null ? y.mul(w) : y.fma(w, bias.load(c));
                out.store(row + c, y);
            }
            if (whole < C) {
                VectorMask<Float> mask = first(C - whole);
                FloatVector y = x.load(row + whole, mask).sub(mean).mul(rstd);
                y = y.mul(weight.load(whole, mask));
                if (bias != null) {
                    y = y.add(bias.load(whole, mask));
                }
                out.store(row + whole, y, mask);
            }
        }
    }

    private record Backward(
            int C,
            VectorSlice dx,
            VectorSlice dout,
            VectorSlice x,
            VectorSlice statistics,
            VectorSlice weight,
            float[] partial) {
        void row(int n, int at) {
            long row = (long) n * C;
            float mean = statistics.get(2L * n);
            float rstd = statistics.get(2L * n + 1);
            FloatVector sum = FloatVector.zero(F);
            FloatVector dot = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector d = dout.load(row + c);
                FloatVector xhat = x.load(row + c).sub(mean).mul(rstd);
                FloatVector g = d.mul(weight.load(c));
                sum = sum.add(g);
                dot = g.fma(xhat, dot);
                d.fma(xhat, FloatVector.fromArray(F, partial, at + c)).intoArray(partial, at + c);
                FloatVector.fromArray(F, partial, at + C + c).add(d).intoArray(partial, at + C + c);
            }
            if (whole < C) {
                VectorMask<Float> mask = first(C - whole);
                FloatVector d = dout.load(row + whole, mask);
                FloatVector xhat = x.load(row + whole, mask).sub(mean).mul(rstd);
                FloatVector g = d.mul(weight.load(whole, mask));
                sum = sum.add(g);
                dot = g.fma(xhat, dot);
                int p = at + whole;
                d.fma(xhat, FloatVector.fromArray(F, partial, p, mask)).intoArray(partial, p, mask);
                FloatVector.fromArray(F, partial, p + C, mask).add(d).intoArray(partial, p + C, mask);
            }
            float meanG = LanesVector.sum(sum) / C;
            float meanDot = LanesVector.sum(dot) / C;
            inputGradient(row, mean, rstd, meanG, meanDot);
        }

        private void inputGradient(long row, float mean, float rstd, float meanG, float meanDot) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector xhat = x.load(row + c).sub(mean).mul(rstd);
                FloatVector g = dout.load(row + c).mul(weight.load(c));
                FloatVector d = xhat.fma(broadcast(-meanDot), g.sub(meanG));
                dx.store(row + c, d.fma(broadcast(rstd), dx.load(row + c)));
            }
            if (whole < C) {
                VectorMask<Float> mask = first(C - whole);
                FloatVector xhat = x.load(row + whole, mask).sub(mean).mul(rstd);
                FloatVector g = dout.load(row + whole, mask).mul(weight.load(whole, mask));
                FloatVector d = xhat.fma(broadcast(-meanDot), g.sub(meanG));
                dx.store(row + whole, d.fma(broadcast(rstd), dx.load(row + whole, mask)), mask);
            }
        }
    }
}
