package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.steal.StealableLoop;
import org.tornadogpt.kernels.kernel.steal.StealableTask;
import org.tornadogpt.kernels.kernel.vector.CacheLines;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

/**
 * {@code dweight += doutᵀ x} and {@code dbias += column sums of dout}. The rows are cut into segments by shape alone,
 * and the outputs into stripes, which do not change results; a block of work is one stripe of one segment, summed in
 * memory of its own. There are few, so that x is seldom packed; who has none left takes panels of x from the others.
 * The segments' sums are then added in order.
 *
 * @param segments how many parts the rows are cut into
 * @param segmentRows rows in a part
 * @param stripe outputs in a stripe
 * @param chunk rows that are packed at a time
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
        int chunk,
        int paddedO,
        int paddedK,
        float[] sums,
        float[][] scratch) {

    /** Most rows that are packed at a time. */
    private static final int CHUNK = 256;

    /**
     * Where x and a stripe of dout have more columns than this, half as many rows: packed they should stay in a
     * second-level cache of 1 MB.
     */
    private static final int CHUNK_COLUMNS = 768;

    private static final int MAX_SEGMENTS = 8;
    private static final int SEGMENT_ROWS = 512;
    /** Outputs in a stripe: x is packed for each. Where this leaves threads without work, a stripe is half as wide. */
    private static final int STRIPE = 528;

    /**
     * Floats from a packed panel of x to the next; a cache line more than it has, so that rows of panels do not compete
     * for the same lines.
     */
    private static final int PANEL = CHUNK * COLUMNS + LANES;

    /** Floats from a packed tile of dout to the next, with room for what its last row's vectors write too much. */
    private static final int TILE = CHUNK * ROWS + LANES;

    /** Floats of the vectors that hold a tile's row. */
    private static final int ROW_FLOATS = (ROWS + LANES - 1) / LANES * LANES;

    static void launch(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        WeightGradientVector gradient = of(sink, s, dout, x);
        int stripes = Math.ceilDiv(gradient.paddedO, gradient.stripe);
        sink.blocks("matmul.backwardWeight", gradient.segments * stripes, new Blocks(gradient, stripes, dbias != null));
        VectorSlice dw = VectorSlice.of(dweight);
        VectorSlice db = VectorSlice.of(dbias);
        sink.blocks("matmul.backwardWeightTotal", Math.ceilDiv(s.O(), ROWS), (block, worker) -> {
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

    private static WeightGradientVector of(KernelSink sink, Shape s, Slice dout, Slice x) {
        int segments = Math.clamp(s.N() / SEGMENT_ROWS, 1, MAX_SEGMENTS);
        int paddedO = Math.ceilDiv(s.O(), ROWS) * ROWS;
        int paddedK = PackingVector.panels(s.K()) * COLUMNS;
        int widest = Math.min(STRIPE, paddedO);
        float[] sums = sink.heapScratch(Math.addExact(
                CacheLines.START, Math.multiplyExact(segments, Math.multiplyExact(paddedO, paddedK + 1))));
        float[][] scratch = sink.workerScratch(CacheLines.START + paddedK / COLUMNS * PANEL + widest / ROWS * TILE);
        boolean enough = segments * Math.ceilDiv(paddedO, widest) >= 2 * scratch.length;
        int stripe = enough ? widest : Math.min(STRIPE / 2, paddedO);
        return new WeightGradientVector(
                s,
                VectorSlice.of(dout),
                VectorSlice.of(x),
                segments,
                Math.ceilDiv(s.N(), segments),
                stripe,
                paddedK + stripe <= CHUNK_COLUMNS ? CHUNK : CHUNK / 2,
                paddedO,
                paddedK,
                sums,
                scratch);
    }

    /** The blocks, segment by segment, and for each worker what it multiplies. */
    private record Blocks(WeightGradientVector gradient, int stripes, boolean withBias, Chunk[] chunks)
            implements StealableTask {
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
        private final StealableLoop panels;
        private int rows;
        private int outputs;
        private int sumsAt;
        private boolean add;

        Chunk(WeightGradientVector gradient, float[] w) {
            this.gradient = gradient;
            this.w = w;
            panels = new StealableLoop(gradient.paddedK / COLUMNS, this::multiplyPanel);
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

    private void block(int segment, int stripeIndex, Chunk packed, boolean withBias) {
        float[] w = packed.w;
        int o = stripeIndex * stripe;
        int outputs = Math.min(stripe, paddedO - o);
        int end = Math.min(s.N(), (segment + 1) * segmentRows);
        int bias = biasAt(segment, o);
        int sum = sumsAt(segment, o);
        Arrays.fill(sums, bias, bias + outputs, 0f);
        boolean add = false;
        for (int n = segment * segmentRows; n < end; n += chunk) {
            int rows = Math.min(chunk, end - n);
            pack(w, n, rows, o, outputs);
            packed.multiply(rows, outputs, sum, add);
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
     * The chunk's part of x as panels of (CHUNK, COLUMNS), and of dout as tiles of (CHUNK, ROWS). What lies beyond x's
     * and dout's last columns only reaches sums that nobody reads.
     */
    private void pack(float[] w, int n, int rows, int o, int outputs) {
        for (int r = 0; r < rows; r++) {
            spreadInputs(x, (long) (n + r) * s.K(), s.K(), w, inputsAt(0) + r * COLUMNS);
        }
        int columns = Math.min(outputs, s.O() - o);
        for (int r = 0; r < rows; r++) {
            spreadGradients(dout, (long) (n + r) * s.O() + o, columns, w, doutAt() + r * ROWS);
        }
    }

    /** A row of x, piece by piece into the same row of each panel. */
    private static void spreadInputs(VectorSlice x, long from, int columns, float[] w, int to) {
        int whole = columns / COLUMNS;
        for (int panel = 0; panel < whole; panel++) {
            x.load(from + (long) panel * COLUMNS).intoArray(w, to + panel * PANEL);
            x.load(from + (long) panel * COLUMNS + LANES).intoArray(w, to + panel * PANEL + LANES);
        }
        int rest = columns - whole * COLUMNS;
        for (int c = 0; c < rest; c += LANES) {
            x.load(from + (long) whole * COLUMNS + c, first(rest - c)).intoArray(w, to + whole * PANEL + c);
        }
    }

    /**
     * A row of dout into the same row of each tile, in whole vectors; what they write too much, the next row
     * overwrites.
     */
    private static void spreadGradients(VectorSlice dout, long from, int columns, float[] w, int to) {
        int whole = Math.max(0, columns - ROW_FLOATS + ROWS) / ROWS;
        for (int tile = 0; tile < whole; tile++) {
            for (int c = 0; c < ROW_FLOATS; c += LANES) {
                dout.load(from + (long) tile * ROWS + c).intoArray(w, to + tile * TILE + c);
            }
        }
        for (int o = whole * ROWS; o < columns; o += ROWS) {
            for (int c = 0; c < Math.min(ROWS, columns - o); c += LANES) {
                dout.load(from + o + c, first(columns - o - c)).intoArray(w, to + o / ROWS * TILE + c);
            }
        }
    }

    /** Where panel k of the chunk's x begins in a worker's array. */
    private static int inputsAt(int k) {
        return CacheLines.START + k / COLUMNS * PANEL;
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
