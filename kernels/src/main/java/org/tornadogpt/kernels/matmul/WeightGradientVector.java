package org.tornadogpt.kernels.matmul;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.first;
import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.HelpedTask;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.SharedLoop;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.matmul.MatMul.Shape;
import org.tornadogpt.kernels.vector.CacheLines;
import org.tornadogpt.kernels.vector.LanesVector;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * {@code dweight += doutᵀ x} and {@code dbias += column sums of dout}. The rows are cut into segments by shape alone, and the outputs into
 * stripes, which do not change results; a block of work is one stripe of one segment, summed in memory of its own. There are few, so that x
 * is seldom packed; who has none left takes panels of x from the others. The segments' sums are then added in order.
 *
 * @param segments how many parts the rows are cut into
 * @param segmentRows rows in a part
 * @param stripe outputs in a stripe
 * @param paddedO outputs rounded up to whole tiles
 * @param paddedK inputs rounded up to whole tiles
 * @param sums for each segment (paddedO, paddedK), then for each segment the bias' part (paddedO)
 */
record WeightGradientVector(
        Shape s,
        VectorSlice dout,
        VectorSlice x,
        int segments,
        int segmentRows,
        int stripe,
        int paddedO,
        int paddedK,
        float[] sums,
        float[][] scratch) {

    /** Rows that are packed at a time: a panel of them and a tile stay in a first-level cache of 32 kB. */
    private static final int CHUNK = 128;

    /** Rows that are copied from memory at a time, on their way into panels and tiles. */
    private static final int STAGE = 32;

    private static final int MAX_SEGMENTS = 8;
    private static final int SEGMENT_ROWS = 512;
    /** Outputs in a stripe: x is packed for each. Where this leaves threads without work, a stripe is half as wide. */
    private static final int STRIPE = 528;

    /** Floats of a packed tile of dout, with room for what its last row's vectors write too much. */
    private static final int TILE = CHUNK * ROWS + LANES;

    static void launch(Launcher launcher, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        WeightGradientVector gradient = of(launcher, s, dout, x);
        int stripes = Math.ceilDiv(gradient.paddedO, gradient.stripe);
        launcher.blocks(
                "matmul.backwardWeight", gradient.segments * stripes, new Blocks(gradient, stripes, dbias != null));
        VectorSlice dw = VectorSlice.of(dweight);
        VectorSlice db = VectorSlice.of(dbias);
        launcher.blocks("matmul.backwardWeightTotal", Math.ceilDiv(s.O(), ROWS), (block, worker) -> {
            float[] row = gradient.scratch[worker];
            int end = Math.min(s.O(), (block + 1) * ROWS);
            for (int o = block * ROWS; o < end; o++) {
                int segment = gradient.paddedO * gradient.paddedK;
                int at = gradient.sumsAt(0, o);
                gradient.addRow(dw, (long) o * s.K(), at, segment, s.K(), row);
            }
            if (db != null) {
                int from = block * ROWS;
                gradient.addRow(db, from, gradient.biasAt(0, from), gradient.paddedO, end - from, row);
            }
        });
    }

    private static WeightGradientVector of(Launcher launcher, Shape s, Slice dout, Slice x) {
        int segments = Math.clamp(s.N() / SEGMENT_ROWS, 1, MAX_SEGMENTS);
        int paddedO = Math.ceilDiv(s.O(), ROWS) * ROWS;
        int paddedK = PackingVector.panels(s.K()) * COLUMNS;
        int widest = Math.min(STRIPE, paddedO);
        float[] sums = launcher.heapScratch(Math.addExact(
                CacheLines.START, Math.multiplyExact(segments, Math.multiplyExact(paddedO, paddedK + 1))));
        float[][] scratch = launcher.workerScratch(
                CacheLines.START + CHUNK * paddedK + widest / ROWS * TILE + STAGE * Math.max(s.K(), widest) + COLUMNS);
        boolean enough = segments * Math.ceilDiv(paddedO, widest) >= 2 * scratch.length;
        int stripe = enough ? widest : Math.min(STRIPE / 2, paddedO);
        return new WeightGradientVector(
                s,
                VectorSlice.of(dout),
                VectorSlice.of(x),
                segments,
                Math.ceilDiv(s.N(), segments),
                stripe,
                paddedO,
                paddedK,
                sums,
                scratch);
    }

    /** The blocks, segment by segment, and for each worker what it multiplies. */
    private record Blocks(WeightGradientVector gradient, int stripes, boolean withBias, Chunk[] chunks)
            implements HelpedTask {
        Blocks(WeightGradientVector gradient, int stripes, boolean withBias) {
            this(gradient, stripes, withBias, new Chunk[gradient.scratch.length]);
            Arrays.setAll(chunks, worker -> new Chunk(gradient, gradient.scratch[worker]));
        }

        @Override
        public void run(int block, int worker) {
            gradient.block(block / stripes, block % stripes, chunks[worker], withBias);
        }

        @Override
        public boolean help() {
            for (Chunk chunk : chunks) {
                if (chunk.panels.help()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Packed rows of x and dout and where their product goes. Each panel of x is a stripe of the sums' columns. */
    private static final class Chunk {
        private final WeightGradientVector gradient;
        private final float[] w;
        private final SharedLoop panels;
        private int rows;
        private int outputs;
        private int sumsAt;
        private boolean add;

        Chunk(WeightGradientVector gradient, float[] w) {
            this.gradient = gradient;
            this.w = w;
            panels = new SharedLoop(gradient.paddedK / COLUMNS, this::multiplyPanel);
        }

        void multiply(int rows, int outputs, int sumsAt, boolean add) {
            this.rows = rows;
            this.outputs = outputs;
            this.sumsAt = sumsAt;
            this.add = add;
            panels.run();
        }

        private void multiplyPanel(int panel) {
            gradient.multiply(w, panel * COLUMNS, rows, outputs, sumsAt, add);
        }
    }

    private void block(int segment, int stripeIndex, Chunk chunk, boolean withBias) {
        float[] w = chunk.w;
        int o = stripeIndex * stripe;
        int outputs = Math.min(stripe, paddedO - o);
        int end = Math.min(s.N(), (segment + 1) * segmentRows);
        int bias = biasAt(segment, o);
        int sum = sumsAt(segment, o);
        Arrays.fill(sums, bias, bias + outputs, 0f);
        boolean add = false;
        for (int n = segment * segmentRows; n < end; n += CHUNK) {
            int rows = Math.min(CHUNK, end - n);
            pack(w, n, rows, o, outputs);
            chunk.multiply(rows, outputs, sum, add);
            if (withBias) {
                addColumns(w, rows, outputs, bias);
            }
            add = true;
        }
        if (!add) {
            Arrays.fill(sums, sum, sum + outputs * paddedK, 0f);
        }
    }

    /**
     * The chunk's part of x as panels of (CHUNK, COLUMNS), and of dout as tiles of (CHUNK, ROWS). What lies beyond x's and dout's
     * last columns is whatever was there: it only reaches sums that nobody reads.
     */
    private void pack(float[] w, int n, int rows, int o, int outputs) {
        for (int r = 0; r < rows; r += STAGE) {
            int staged = Math.min(STAGE, rows - r);
            packInputs(w, n + r, staged, r, outputs);
            packGradients(w, n + r, staged, r, o, outputs);
        }
    }

    private void packInputs(float[] w, int n, int rows, int r, int outputs) {
        int stage = doutAt() + outputs / ROWS * TILE;
        x.copyTo((long) n * s.K(), w, stage, rows * s.K());
        for (int k = 0; k < paddedK; k += COLUMNS) {
            copyRows(w, stage + k, s.K(), rows, inputsAt(k) + r * COLUMNS, COLUMNS);
        }
    }

    private void packGradients(float[] w, int n, int rows, int r, int o, int outputs) {
        int stage = doutAt() + outputs / ROWS * TILE;
        int columns = Math.min(outputs, s.O() - o);
        if (columns == s.O()) {
            dout.copyTo((long) n * columns, w, stage, rows * columns);
        } else {
            for (int i = 0; i < rows; i++) {
                dout.copyTo((long) (n + i) * s.O() + o, w, stage + i * columns, columns);
            }
        }
        for (int tile = 0; tile < outputs / ROWS; tile++) {
            copyRows(w, stage + tile * ROWS, columns, rows, doutAt() + tile * TILE + r * ROWS, ROWS);
        }
    }

    /** Rows of {@code width} floats in whole vectors; what a vector writes too much, the next row's first one overwrites. */
    private static void copyRows(float[] w, int from, int stride, int rows, int to, int width) {
        for (int c = (width - 1) / LANES * LANES; c >= 0; c -= LANES) {
            for (int r = 0; r < rows; r++) {
                FloatVector.fromArray(F, w, from + r * stride + c).intoArray(w, to + r * width + c);
            }
        }
    }

    /** Where panel k of the chunk's x begins in a worker's array. */
    private static int inputsAt(int k) {
        return CacheLines.START + k * CHUNK;
    }

    private int doutAt() {
        return inputsAt(paddedK);
    }

    /** Where the sums of output {@code o} in a segment begin. */
    private int sumsAt(int segment, int o) {
        return CacheLines.START + (segment * paddedO + o) * paddedK;
    }

    /** Where the bias' sum of output {@code o} in a segment is. */
    private int biasAt(int segment, int o) {
        return sumsAt(segments, 0) + segment * paddedO + o;
    }

    /** The panel that begins at input {@code k} times all tiles of dout. */
    private void multiply(float[] w, int k, int rows, int outputs, int sumsAt, boolean add) {
        for (int o = 0; o < outputs; o += ROWS) {
            int dout = doutAt() + o / ROWS * TILE;
            TileVector.packed(w, dout, w, inputsAt(k), rows, sums, sumsAt + o * paddedK + k, paddedK, add);
        }
    }

    /** Adds up the chunk's columns of dout, which the tiles hold side by side. */
    private void addColumns(float[] w, int rows, int outputs, int bias) {
        for (int o = 0; o < outputs; o += ROWS) {
            for (int c = 0; c < ROWS; c += LANES) {
                addColumn(w, doutAt() + o / ROWS * TILE + c, rows, sums, bias + o + c, Math.min(LANES, ROWS - c));
            }
        }
    }

    private static void addColumn(float[] w, int from, int rows, float[] sums, int to, int lanes) {
        VectorMask<Float> mask = first(lanes);
        FloatVector total = FloatVector.fromArray(F, sums, to, mask);
        int at = from;
        for (int r = 0; r < rows; r++, at += ROWS) {
            total = total.add(FloatVector.fromArray(F, w, at));
        }
        total.intoArray(sums, to, mask);
    }

    /** {@code target += } the segments' sums, {@code length} elements, by way of {@code row}. */
    private void addRow(VectorSlice target, long targetAt, int at, int segmentStride, int length, float[] row) {
        target.copyTo(targetAt, row, 0, length);
        for (int segment = 0; segment < segments; segment++) {
            LanesVector.add(row, 0, sums, at + segment * segmentStride, length);
        }
        target.copyFrom(targetAt, row, 0, length);
    }
}
