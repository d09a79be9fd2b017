package org.tornadogpt.kernels.matmul;

import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.DEPTH;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;
import static org.tornadogpt.kernels.vector.TileVector.ROW_STRIDE;

import org.tornadogpt.kernels.Activation;
import org.tornadogpt.kernels.Dropout;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.DropoutVector;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * Register tiles over packed operands (Goto and van de Geijn 2008): the weight is packed into panels once, on all threads; then
 * blocks of rows are copied and multiplied tile by tile, and whatever follows the product (bias, activation, dropout, residual) is
 * applied while the tile is in the cache. The weight gradient is described in {@link WeightGradientVector}.
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
    public boolean fusesActivation() {
        return true;
    }

    @Override
    public boolean fusesResidual() {
        return true;
    }

    @Override
    public void forward(Launcher launcher, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        forward(launcher, s, x, weight, new TileEpilogueVector.Plain(VectorSlice.of(out), VectorSlice.of(bias), s.O()));
    }

    @Override
    public void forwardActivation(
            Launcher launcher, Shape s, Slice out, Slice pre, Slice x, Slice weight, Slice bias, Activation kind) {
        forward(
                launcher,
                s,
                x,
                weight,
                new TileEpilogueVector.Activated(
                        VectorSlice.of(out), VectorSlice.of(pre), VectorSlice.of(bias), s.O(), kind));
    }

    @Override
    public void forwardResidual(
            Launcher launcher, Shape s, Slice out, Slice residual, Slice x, Slice weight, Slice bias, Dropout dropout) {
        forward(
                launcher,
                s,
                x,
                weight,
                new TileEpilogueVector.Residual(
                        VectorSlice.of(out),
                        VectorSlice.of(residual),
                        VectorSlice.of(bias),
                        s.O(),
                        DropoutVector.of(dropout)));
    }

    private static void forward(Launcher launcher, Shape s, Slice x, Slice weight, TileEpilogueVector epilogue) {
        Product product = Product.of(launcher, s.N(), s.K(), s.O(), VectorSlice.of(x), epilogue);
        VectorSlice w = VectorSlice.of(weight);
        launcher.blocks(
                "matmul.packTransposed",
                PackingVector.panels(s.O()),
                (panel, worker) ->
                        PackingVector.transposedPanel(w, s.K(), s.O(), panel, product.packed, product.scratch[worker]));
        launcher.blocks("matmul.forward", product.blocks(), product::block);
    }

    @Override
    public void backwardInput(Launcher launcher, Shape s, Slice dx, Slice dout, Slice weight) {
        backwardInput(launcher, s, dout, weight, new TileEpilogueVector.Plain(VectorSlice.of(dx), null, s.K()));
    }

    @Override
    public void backwardInputActivation(
            Launcher launcher, Shape s, Slice dx, Slice dout, Slice weight, Slice saved, Activation kind) {
        backwardInput(
                launcher,
                s,
                dout,
                weight,
                new TileEpilogueVector.ActivationGradient(VectorSlice.of(dx), VectorSlice.of(saved), s.K(), kind));
    }

    private static void backwardInput(
            Launcher launcher, Shape s, Slice dout, Slice weight, TileEpilogueVector epilogue) {
        Product product = Product.of(launcher, s.N(), s.O(), s.K(), VectorSlice.of(dout), epilogue);
        VectorSlice w = VectorSlice.of(weight);
        launcher.blocks(
                "matmul.pack",
                PackingVector.panels(s.K()),
                (panel, worker) -> PackingVector.panel(w, s.O(), s.K(), panel, product.packed));
        launcher.blocks("matmul.backwardInput", product.blocks(), product::block);
    }

    @Override
    public void backwardWeight(Launcher launcher, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        WeightGradientVector.launch(launcher, s, dweight, dbias, dout, x);
    }

    /**
     * A (rows, depth) matrix times a packed (depth, columns) one.
     *
     * @param blockRows rows in a block of work
     * @param packed the panels of the second matrix
     * @param scratch for each worker the rows of the first matrix, then one tile
     */
    private record Product(
            int rows,
            int depth,
            int columns,
            int blockRows,
            VectorSlice a,
            float[] packed,
            float[][] scratch,
            TileEpilogueVector epilogue) {

        static Product of(
                Launcher launcher, int rows, int depth, int columns, VectorSlice a, TileEpilogueVector epilogue) {
            int blockRows = rows >= 4096 ? 96 : 48;
            float[] packed = launcher.heapScratch(Math.multiplyExact(PackingVector.panels(columns) * COLUMNS, depth));
            int floats = Math.max(COLUMNS * depth, PackingVector.rowsFloats(blockRows, depth) + ROWS * COLUMNS);
            return new Product(rows, depth, columns, blockRows, a, packed, launcher.workerScratch(floats), epilogue);
        }

        int blocks() {
            return Math.ceilDiv(rows, blockRows);
        }

        void block(int block, int worker) {
            float[] s = scratch[worker];
            int from = block * blockRows;
            int end = Math.min(rows, from + blockRows);
            PackingVector.rows(a, depth, from, end, blockRows, s);
            int tile = PackingVector.rowsFloats(blockRows, depth);
            for (int c = 0; c < columns; c += COLUMNS) {
                int width = Math.min(COLUMNS, columns - c);
                for (int r = from; r < end; r += ROWS) {
                    multiply(s, (r - from) * ROW_STRIDE, c / COLUMNS, tile);
                    epilogue.store(s, tile, r, Math.min(ROWS, end - r), c, width);
                }
            }
        }

        /** One tile of the result, the depth cut by cut. */
        private void multiply(float[] s, int rowsAt, int panel, int tile) {
            for (int k = 0, cut = 0; k < depth; k += DEPTH, cut++) {
                TileVector.rows(
                        s,
                        cut * blockRows * ROW_STRIDE + rowsAt,
                        packed,
                        (panel * depth + k) * COLUMNS,
                        COLUMNS,
                        Math.min(DEPTH, depth - k),
                        s,
                        tile,
                        COLUMNS,
                        cut > 0);
            }
        }
    }
}
