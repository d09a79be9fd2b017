package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.DEPTH;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;

import java.util.EnumSet;
import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.kernel.vector.VectorSource;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.activation.Activation;

/**
 * Register tiles over packed operands (Goto and van de Geijn 2008): the weight is packed into panels once, on all
 * threads; then blocks of rows are copied and multiplied tile by tile, and whatever follows the product (bias,
 * activation, dropout, residual) is applied while the tile is in the cache. Few rows are multiplied without packing by
 * {@link FewRowsVector}. The weight gradient is described in {@link WeightGradientVector}.
 */
public final class MatMulBlockedVector implements MatMul {
    @Override
    public String name() {
        return "blocked";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "register tiles, packed panels";
    }

    @Override
    public String description() {
        return "Operands are packed into panels, blocks of rows are multiplied tile by tile, and bias, "
                + "activation, dropout or residual are applied while the tile is in the cache (Goto and van"
                + " de Geijn 2008).";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public Set<DType> weightTypes() {
        return EnumSet.allOf(DType.class);
    }

    @Override
    public boolean fusesActivation() {
        return true;
    }

    @Override
    public boolean fusesResidual() {
        return true;
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        forward(sink, s, x, weight, new EpilogueVector.Plain(VectorSlice.of(out), VectorSlice.of(bias)));
    }

    @Override
    public void forwardActivation(
            KernelSink sink, Shape s, Slice out, Slice pre, Slice x, Slice weight, Slice bias, Activation kind) {
        forward(
                sink,
                s,
                x,
                weight,
                new EpilogueVector.Activated(VectorSlice.of(out), VectorSlice.of(pre), VectorSlice.of(bias), kind));
    }

    @Override
    public void forwardResidual(
            KernelSink sink, Shape s, Slice out, Slice residual, Slice x, Slice weight, Slice bias, Dropout dropout) {
        forward(
                sink,
                s,
                x,
                weight,
                new EpilogueVector.Residual(
                        VectorSlice.of(out),
                        VectorSlice.of(residual),
                        VectorSlice.of(bias),
                        DropoutVector.of(dropout)));
    }

    private static void forward(KernelSink sink, Shape s, Slice x, Slice weight, EpilogueVector epilogue) {
        if (s.N() <= FewRowsVector.MOST_ROWS) {
            FewRowsVector.launch(sink, s, VectorSlice.of(x), VectorSource.of(weight), epilogue);
            return;
        }
        Product product = Product.of(sink, s.N(), s.K(), s.O(), VectorSlice.of(x), epilogue);
        VectorSource w = VectorSource.of(weight);
        sink.blocks(
                "matmul.packTransposed",
                PackingVector.panels(s.O()),
                (panel, worker) ->
                        PackingVector.transposedPanel(w, s.K(), s.O(), panel, product.packed, product.scratch[worker]));
        sink.blocks("matmul.forward", product.blocks(), product::block);
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        backwardInput(sink, s, dout, weight, new EpilogueVector.Plain(VectorSlice.of(dx), null));
    }

    @Override
    public void backwardInputActivation(
            KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight, Slice saved, Activation kind) {
        backwardInput(
                sink,
                s,
                dout,
                weight,
                new EpilogueVector.ActivationGradient(VectorSlice.of(dx), VectorSlice.of(saved), kind));
    }

    private static void backwardInput(KernelSink sink, Shape s, Slice dout, Slice weight, EpilogueVector epilogue) {
        Product product = Product.of(sink, s.N(), s.O(), s.K(), VectorSlice.of(dout), epilogue);
        VectorSlice w = VectorSlice.of(weight);
        sink.blocks(
                "matmul.pack",
                PackingVector.panels(s.K()),
                (panel, worker) -> PackingVector.panel(w, s.O(), s.K(), panel, product.packed));
        sink.blocks("matmul.backwardInput", product.blocks(), product::block);
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        WeightGradientVector.launch(sink, s, dweight, dbias, dout, x);
    }

    /**
     * A (rows, depth) matrix times a packed (depth, columns) one.
     *
     * @param blocks how many blocks of work there are
     * @param blockRows the most rows in one
     * @param stride columns rounded up to whole tiles
     * @param packed the panels of the second matrix
     * @param scratch for each worker: rows of the first matrix, rows of the result, and one row
     * @param results for each worker: where the latter are
     */
    private record Product(
            int rows,
            int depth,
            int columns,
            int blocks,
            int blockRows,
            int stride,
            VectorSlice a,
            float[] packed,
            float[][] scratch,
            EpilogueVector.Rows[] results,
            EpilogueVector epilogue) {
        /** The number of blocks is a multiple of it, unless there are fewer tiles. */
        private static final int EVEN = 4;

        static Product of(KernelSink sink, int rows, int depth, int columns, VectorSlice a, EpilogueVector epilogue) {
            int blocks = blocks(rows);
            int blockRows = Math.ceilDiv(Math.ceilDiv(rows, ROWS), blocks) * ROWS;
            int stride = PackingVector.panels(columns) * COLUMNS;
            float[] packed = sink.heapScratch(PackingVector.panelsFloats(depth, columns));
            int result = PackingVector.rowsEnd(blockRows, depth);
            int besideAt = result + blockRows * stride;
            float[][] scratch = sink.workerScratch(Math.max(COLUMNS * depth, besideAt + stride));
            EpilogueVector.Rows[] results = new EpilogueVector.Rows[scratch.length];
            for (int worker = 0; worker < results.length; worker++) {
                results[worker] = new EpilogueVector.Rows(scratch[worker], result, besideAt, stride, columns);
            }
            return new Product(rows, depth, columns, blocks, blockRows, stride, a, packed, scratch, results, epilogue);
        }

        /**
         * How many blocks there are: no more than one tile apart in size, they can be dealt out to two or four threads
         * evenly.
         */
        private static int blocks(int rows) {
            int wanted = Math.ceilDiv(rows, rows >= 4096 ? 96 : 48);
            return Math.min(Math.ceilDiv(wanted, EVEN) * EVEN, Math.ceilDiv(rows, ROWS));
        }

        /** Where a block begins: whole tiles, shared out as evenly as can be. */
        private int from(int block) {
            return Math.min(rows, (int) ((long) Math.ceilDiv(rows, ROWS) * block / blocks) * ROWS);
        }

        void block(int block, int worker) {
            float[] s = scratch[worker];
            int from = from(block);
            int count = from(block + 1) - from;
            PackingVector.rows(a, depth, from, from + count, blockRows, s);
            int result = results[worker].at();
            for (int c = 0; c < columns; c += COLUMNS) {
                for (int r = 0; r < count; r += ROWS) {
                    tile(s, r, PackingVector.panelAt(c / COLUMNS, depth), result + r * stride + c);
                }
            }
            epilogue.finish(results[worker], from, count);
        }

        /** One tile of the result, the depth cut by cut. */
        private void tile(float[] s, int row, int panelAt, int to) {
            for (int k = 0, cut = 0; k < depth; k += DEPTH, cut++) {
                TileVector.rows(
                        s,
                        PackingVector.rowAt(cut * blockRows + row),
                        packed,
                        panelAt + k * COLUMNS,
                        Math.min(DEPTH, depth - k),
                        s,
                        to,
                        stride,
                        cut > 0,
                        COLUMNS);
            }
        }
    }
}
