package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.CacheLines;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.TransposeVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.kernel.vector.VectorSource;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

/**
 * {@code x weightᵀ} for few rows, a row in each lane. The products 0, LANES, 2 LANES and so on of a dot product make one
 * sum, the products 1, LANES + 1, 2 LANES + 1 and so on another: LANES sums, which are added up by the tree of {@code
 * LanesVector.sum}. {@link FewRowsVector} holds the same sums of one row in the lanes of a vector, so both give the same
 * bits. There the tree is eight instructions for each dot product, here 15 additions for a vector of rows.
 *
 * <p>x is transposed to groups of (depth, LANES) first; missing rows are zeros, and so are depths beyond K.
 *
 * @param depth K rounded up to whole vectors
 * @param stride O rounded up to whole tiles
 * @param heap the result and room beside it, (2 N, stride); from {@code groupsAt} on the groups
 * @param scratch for each worker: rows of the weight or of x; from {@code sumsAt} on sums, then a transposed result
 */
record RowLanesVector(
        Shape s,
        VectorSlice x,
        VectorSource weight,
        int depth,
        int stride,
        float[] heap,
        int groupsAt,
        float[][] scratch,
        int sumsAt) {
    /** Fewer rows would leave half of the lanes empty, and are no quicker here than in {@link FewRowsVector}. */
    private static final int FEWEST_ROWS = 9;

    /** Lanes of a vector where 16 sums, four vectors of rows and a weight fit the registers. */
    private static final int WIDE = 16;

    /** Outputs of a block of work. */
    private static final int OUTPUTS = 16;

    /** Outputs computed at once. */
    private static final int ABREAST = 4;

    /** The tree's first two levels add up sums that lie so far apart. */
    private static final int QUARTER = LANES / 4;

    /** Floats of a sum of each output. */
    private static final int SUM = OUTPUTS * LANES;

    static boolean takes(Shape s) {
        return LANES == WIDE && s.N() >= FEWEST_ROWS;
    }

    static void launch(KernelSink sink, Shape s, VectorSlice x, VectorSource weight, EpilogueVector epilogue) {
        int depth = Math.ceilDiv(s.K(), LANES) * LANES;
        int stride = PackingVector.panels(s.O()) * TileVector.COLUMNS;
        int groups = Math.ceilDiv(s.N(), LANES);
        int groupsAt = CacheLines.START + 2 * s.N() * stride;
        float[] heap = sink.heapScratch(groupsAt + groups * depth * LANES);
        int sumsAt = CacheLines.START + Math.max(OUTPUTS, LANES) * depth;
        float[][] scratch = sink.workerScratch(sumsAt + (QUARTER + 1) * SUM);
        RowLanesVector product = new RowLanesVector(s, x, weight, depth, stride, heap, groupsAt, scratch, sumsAt);
        sink.blocks("matmul.transposeRows", groups, product::transpose);
        sink.blocks("matmul.rowLanes", Math.ceilDiv(s.O(), OUTPUTS), product::block);
        sink.blocks("matmul.finish", s.N(), (row, worker) -> product.finish(epilogue, row));
    }

    private void finish(EpilogueVector epilogue, int n) {
        int at = CacheLines.START;
        EpilogueVector.Rows rows =
                new EpilogueVector.Rows(heap, at + n * stride, at + (s.N() + n) * stride, stride, s.O());
        epilogue.finish(rows, n, 1);
    }

    private int groupAt(int group) {
        return groupsAt + group * depth * LANES;
    }

    private void transpose(int group, int worker) {
        float[] w = scratch[worker];
        int count = Math.min(LANES, s.N() - group * LANES);
        copy(x, group * LANES, count, LANES, w);
        TransposeVector.transpose(w, CacheLines.START, depth, LANES, depth, heap, groupAt(group), LANES);
    }

    /** Copies {@code count} rows of a matrix from row {@code from} on, {@code depth} apart, zeros around them. */
    private void copy(VectorSource matrix, int from, int count, int capacity, float[] rows) {
        int at = CacheLines.START;
        int K = s.K();
        for (int r = 0; r < count; r++) {
            matrix.copyTo((long) (from + r) * K, rows, at + r * depth, K);
            Arrays.fill(rows, at + r * depth + K, at + (r + 1) * depth, 0f);
        }
        Arrays.fill(rows, at + count * depth, at + capacity * depth, 0f);
    }

    private void block(int block, int worker) {
        float[] w = scratch[worker];
        int from = block * OUTPUTS;
        int count = Math.min(OUTPUTS, s.O() - from);
        copy(weight, from, count, OUTPUTS, w);
        for (int row = 0, group = 0; row < s.N(); row += LANES, group++) {
            sums(w, groupAt(group), count);
            int result = sumsAt + QUARTER * SUM;
            for (int o = 0; o < count; o++) {
                addUp(w, sumsAt + o * LANES, result + o * LANES);
            }
            TransposeVector.transpose(w, result, LANES, OUTPUTS, LANES, w, sumsAt, OUTPUTS);
            for (int r = 0; r < Math.min(LANES, s.N() - row); r++) {
                int to = CacheLines.START + (row + r) * stride + from;
                System.arraycopy(w, sumsAt + r * OUTPUTS, heap, to, count);
            }
        }
    }

    /** Sums of all outputs of a block, added up to a quarter of their number. */
    private void sums(float[] w, int group, int count) {
        for (int j = 0; j < QUARTER; j++) {
            for (int o = 0; o < count; o += ABREAST) {
                int to = sumsAt + j * SUM + o * LANES;
                fourOutputs(heap, group + j * LANES, w, CacheLines.START + o * depth + j, depth, to);
            }
        }
    }

    /** The last two levels of the tree. */
    private static void addUp(float[] s, int at, int to) {
        FloatVector even = FloatVector.fromArray(F, s, at).add(FloatVector.fromArray(F, s, at + 2 * SUM));
        FloatVector odd = FloatVector.fromArray(F, s, at + SUM).add(FloatVector.fromArray(F, s, at + 3 * SUM));
        even.add(odd).intoArray(s, to);
    }

    /** Four sums that lie a quarter apart, of four outputs, added up by the first two levels of the tree. */
    private static void fourOutputs(float[] x, int xAt, float[] w, int wAt, int K, int to) {
        int w1 = wAt + K;
        int w2 = wAt + 2 * K;
        int w3 = wAt + 3 * K;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector b1 = FloatVector.zero(F);
        FloatVector b2 = FloatVector.zero(F);
        FloatVector b3 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F);
        FloatVector c1 = FloatVector.zero(F);
        FloatVector c2 = FloatVector.zero(F);
        FloatVector c3 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F);
        FloatVector d1 = FloatVector.zero(F);
        FloatVector d2 = FloatVector.zero(F);
        FloatVector d3 = FloatVector.zero(F);
        for (int k = 0; k < K; k += LANES) {
            FloatVector x0 = FloatVector.fromArray(F, x, xAt + k * LANES);
            FloatVector x1 = FloatVector.fromArray(F, x, xAt + k * LANES + QUARTER * LANES);
            FloatVector x2 = FloatVector.fromArray(F, x, xAt + k * LANES + 2 * QUARTER * LANES);
            FloatVector x3 = FloatVector.fromArray(F, x, xAt + k * LANES + 3 * QUARTER * LANES);
            a0 = FloatVector.broadcast(F, w[wAt + k]).fma(x0, a0);
            a1 = FloatVector.broadcast(F, w[wAt + k + QUARTER]).fma(x1, a1);
            a2 = FloatVector.broadcast(F, w[wAt + k + 2 * QUARTER]).fma(x2, a2);
            a3 = FloatVector.broadcast(F, w[wAt + k + 3 * QUARTER]).fma(x3, a3);
            b0 = FloatVector.broadcast(F, w[w1 + k]).fma(x0, b0);
            b1 = FloatVector.broadcast(F, w[w1 + k + QUARTER]).fma(x1, b1);
            b2 = FloatVector.broadcast(F, w[w1 + k + 2 * QUARTER]).fma(x2, b2);
            b3 = FloatVector.broadcast(F, w[w1 + k + 3 * QUARTER]).fma(x3, b3);
            c0 = FloatVector.broadcast(F, w[w2 + k]).fma(x0, c0);
            c1 = FloatVector.broadcast(F, w[w2 + k + QUARTER]).fma(x1, c1);
            c2 = FloatVector.broadcast(F, w[w2 + k + 2 * QUARTER]).fma(x2, c2);
            c3 = FloatVector.broadcast(F, w[w2 + k + 3 * QUARTER]).fma(x3, c3);
            d0 = FloatVector.broadcast(F, w[w3 + k]).fma(x0, d0);
            d1 = FloatVector.broadcast(F, w[w3 + k + QUARTER]).fma(x1, d1);
            d2 = FloatVector.broadcast(F, w[w3 + k + 2 * QUARTER]).fma(x2, d2);
            d3 = FloatVector.broadcast(F, w[w3 + k + 3 * QUARTER]).fma(x3, d3);
        }
        a0.add(a2).add(a1.add(a3)).intoArray(w, to);
        b0.add(b2).add(b1.add(b3)).intoArray(w, to + LANES);
        c0.add(c2).add(c1.add(c3)).intoArray(w, to + 2 * LANES);
        d0.add(d2).add(d1.add(d3)).intoArray(w, to + 3 * LANES);
    }
}
