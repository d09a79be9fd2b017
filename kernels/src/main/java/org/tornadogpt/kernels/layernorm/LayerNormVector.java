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
        float[][] scratch = launcher.workerScratch(forward.scratchFloats());
        launcher.blocks("layernorm.forward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            forward.rows(from, Math.min(N, from + ROWS) - from, scratch[worker]);
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
        float[][] scratch = launcher.workerScratch(backward.scratchFloats());
        launcher.blocks("layernorm.backward", blocks(N), (block, worker) -> {
            int from = block * ROWS;
            backward.rows(from, Math.min(N, from + ROWS) - from, block * 2 * C, scratch[worker]);
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

    /** Scratch: the rows, which become the result; statistics; weight; bias. */
    private record Forward(
            int C, VectorSlice out, VectorSlice statistics, VectorSlice x, VectorSlice weight, VectorSlice bias) {
        int scratchFloats() {
            return ROWS * C + 2 * ROWS + 2 * C;
        }

        void rows(int n, int count, float[] s) {
            int stats = ROWS * C;
            int w = stats + 2 * ROWS;
            int b = w + C;
            x.copyTo((long) n * C, s, 0, count * C);
            weight.copyTo(0, s, w, C);
            if (bias == null) {
                Arrays.fill(s, b, b + C, 0f);
            } else {
                bias.copyTo(0, s, b, C);
            }
            for (int r = 0; r < count; r++) {
                float mean = sum(s, r * C, C) / C;
                float rstd = (float) (1.0 / Math.sqrt(squares(s, r * C, C, mean) / C + EPSILON));
                s[stats + 2 * r] = mean;
                s[stats + 2 * r + 1] = rstd;
                normalise(s, r * C, C, w, b, mean, rstd);
            }
            statistics.copyFrom(2L * n, s, stats, 2 * count);
            out.copyFrom((long) n * C, s, 0, count * C);
        }

        private static float sum(float[] s, int row, int C) {
            FloatVector sum = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                sum = sum.add(FloatVector.fromArray(F, s, row + c));
            }
            if (whole < C) {
                sum = sum.add(FloatVector.fromArray(F, s, row + whole, first(C - whole)));
            }
            return LanesVector.sum(sum);
        }

        private static float squares(float[] s, int row, int C, float mean) {
            FloatVector sum = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector centred = FloatVector.fromArray(F, s, row + c).sub(mean);
                sum = centred.fma(centred, sum);
            }
            if (whole < C) {
                VectorMask<Float> mask = first(C - whole);
                FloatVector centred =
                        FloatVector.fromArray(F, s, row + whole, mask).sub(broadcast(mean), mask);
                sum = centred.fma(centred, sum);
            }
            return LanesVector.sum(sum);
        }

        private static void normalise(float[] s, int row, int C, int w, int b, float mean, float rstd) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector y = FloatVector.fromArray(F, s, row + c).sub(mean).mul(rstd);
                y.fma(FloatVector.fromArray(F, s, w + c), FloatVector.fromArray(F, s, b + c))
                        .intoArray(s, row + c);
            }
            for (int c = whole; c < C; c++) {
                s[row + c] = Math.fma((s[row + c] - mean) * rstd, s[w + c], s[b + c]);
            }
        }
    }

    /** Scratch: rows of x, dout and dx; statistics; weight. */
    private record Backward(
            int C,
            VectorSlice dx,
            VectorSlice dout,
            VectorSlice x,
            VectorSlice statistics,
            VectorSlice weight,
            float[] partial) {
        int scratchFloats() {
            return 3 * ROWS * C + 2 * ROWS + C;
        }

        void rows(int n, int count, int part, float[] s) {
            int d = ROWS * C;
            int gradient = 2 * d;
            int stats = 3 * d;
            int w = stats + 2 * ROWS;
            x.copyTo((long) n * C, s, 0, count * C);
            dout.copyTo((long) n * C, s, d, count * C);
            dx.copyTo((long) n * C, s, gradient, count * C);
            statistics.copyTo(2L * n, s, stats, 2 * count);
            weight.copyTo(0, s, w, C);
            Arrays.fill(partial, part, part + 2 * C, 0f);
            for (int r = 0; r < count; r++) {
                float mean = s[stats + 2 * r];
                float rstd = s[stats + 2 * r + 1];
                int row = r * C;
                parameterGradients(s, row, d + row, C, partial, part, mean, rstd);
                inputGradient(s, row, d + row, gradient + row, w, C, mean, rstd);
            }
            dx.copyFrom((long) n * C, s, gradient, count * C);
        }

        private static void parameterGradients(
                float[] s, int x, int dout, int C, float[] partial, int at, float mean, float rstd) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector d = FloatVector.fromArray(F, s, dout + c);
                FloatVector xhat = FloatVector.fromArray(F, s, x + c).sub(mean).mul(rstd);
                d.fma(xhat, FloatVector.fromArray(F, partial, at + c)).intoArray(partial, at + c);
                FloatVector.fromArray(F, partial, at + C + c).add(d).intoArray(partial, at + C + c);
            }
            for (int c = whole; c < C; c++) {
                partial[at + c] = Math.fma(s[dout + c], (s[x + c] - mean) * rstd, partial[at + c]);
                partial[at + C + c] += s[dout + c];
            }
        }

        private static void inputGradient(float[] s, int x, int dout, int dx, int w, int C, float mean, float rstd) {
            FloatVector sum = FloatVector.zero(F);
            FloatVector dot = FloatVector.zero(F);
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector g = FloatVector.fromArray(F, s, dout + c).mul(FloatVector.fromArray(F, s, w + c));
                sum = sum.add(g);
                dot = FloatVector.fromArray(F, s, x + c).sub(mean).mul(rstd).fma(g, dot);
            }
            float meanG = LanesVector.sum(sum);
            float meanDot = LanesVector.sum(dot);
            for (int c = whole; c < C; c++) {
                float g = s[dout + c] * s[w + c];
                meanG += g;
                meanDot = Math.fma((s[x + c] - mean) * rstd, g, meanDot);
            }
            addInputGradient(s, x, dout, dx, w, C, mean, rstd, meanG / C, meanDot / C);
        }

        private static void addInputGradient(
                float[] s, int x, int dout, int dx, int w, int C, float mean, float rstd, float meanG, float meanDot) {
            int whole = wholeVectors(C);
            for (int c = 0; c < whole; c += LANES) {
                FloatVector xhat = FloatVector.fromArray(F, s, x + c).sub(mean).mul(rstd);
                FloatVector g = FloatVector.fromArray(F, s, dout + c).mul(FloatVector.fromArray(F, s, w + c));
                FloatVector d = g.sub(meanG).sub(xhat.mul(meanDot)).mul(rstd);
                FloatVector.fromArray(F, s, dx + c).add(d).intoArray(s, dx + c);
            }
            for (int c = whole; c < C; c++) {
                float xhat = (s[x + c] - mean) * rstd;
                s[dx + c] += (s[dout + c] * s[w + c] - meanG - xhat * meanDot) * rstd;
            }
        }
    }
}
