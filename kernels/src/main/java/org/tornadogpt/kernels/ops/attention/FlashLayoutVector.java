package org.tornadogpt.kernels.ops.attention;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;

import jdk.incubator.vector.FloatVector;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.TransposeVector;

/**
 * Where one head's matrices lie in a worker's scratch array, in the forms that {@link TileVector} reads.
 *
 * <ul>
 *   <li>natural, (time, D): panels of {@link TileVector#COLUMNS} columns, each (Tp, COLUMNS)
 *   <li>queries transposed, (D, time): panels of COLUMNS queries, each (D, COLUMNS)
 *   <li>keys transposed, (D, time): panels of {@link TileVector#ROWS} keys, each (D, ROWS)
 *   <li>strip, (keys, {@link #QUERIES}) with rows of {@link #STRIDE}: scores of a block of keys against a block of
 *       queries, neighbouring queries in neighbouring lanes
 *   <li>block: like natural, for QUERIES rows
 * </ul>
 *
 * What stands in rows beyond T and columns beyond D is arbitrary: it only reaches elements that nobody reads.
 *
 * @param T time
 * @param D head size
 * @param Tp T rounded up to whole query blocks
 * @param Dp D rounded up to whole tiles
 */
record FlashLayoutVector(int T, int D, int Tp, int Dp) {
    /** Queries in a block: whole tiles by rows and by columns. */
    static final int QUERIES = 96;

    /** Whole tiles, of 12 or 6 rows, and whole blocks of columns that dropout draws at once. */
    private static final int TILES_AND_BLOCKS = 192;

    /** Keys in a block, what one strip holds. */
    static final int KEYS = TileVector.DEPTH / TILES_AND_BLOCKS * TILES_AND_BLOCKS;

    /** Distance between a strip's rows. */
    static final int STRIDE = TileVector.ROW_STRIDE;

    /** Keys that are transposed at once: a vector of them, or a tile where that is more. */
    private static final int TRANSPOSED = Math.max(LANES, ROWS);

    static FlashLayoutVector of(AttentionShape s) {
        return new FlashLayoutVector(s.T(), s.D(), roundUp(s.T(), QUERIES), roundUp(s.D(), COLUMNS));
    }

    static int roundUp(int n, int multiple) {
        return (n + multiple - 1) / multiple * multiple;
    }

    /** Floats of a natural matrix. */
    int natural() {
        return Tp * Dp;
    }

    /** Floats of queries transposed. */
    int queries() {
        return D * Tp;
    }

    /** Floats of keys transposed. */
    int keys() {
        return Tp / ROWS * keyPanel();
    }

    /** Floats of a panel of keys, with room for what its last vector writes too much. */
    private int keyPanel() {
        return D * ROWS + LANES;
    }

    /** Floats of a strip. */
    int strip() {
        return roundUp(Math.min(Tp, KEYS), ROWS) * STRIDE;
    }

    /** Dropout's masks of a block of keys. */
    int masks() {
        return roundUp(Math.min(T, KEYS), DropoutVector.BLOCK);
    }

    /** Floats of one block of queries. */
    int block() {
        return QUERIES * Dp;
    }

    /** Rows that an array of row-major rows needs: T, and those that transposing whole tiles reads beyond. */
    int rows() {
        return Tp + TRANSPOSED;
    }

    /** Where column {@code d}, a multiple of COLUMNS, of row {@code t} of a natural matrix is. */
    int at(int t, int d) {
        return d * Tp + t * COLUMNS;
    }

    /** Where column {@code d}, a multiple of COLUMNS, of row {@code r} of a block is. */
    static int inBlock(int r, int d) {
        return d * QUERIES + r * COLUMNS;
    }

    /** Where the panel that begins with query {@code q}, a multiple of COLUMNS, is in queries transposed. */
    int queryPanel(int q) {
        return q * D;
    }

    /** Where the panel that begins with key {@code k}, a multiple of ROWS, is in keys transposed. */
    int keyPanel(int k) {
        return k / ROWS * keyPanel();
    }

    /** Copies T row-major rows, {@code stride} apart, into a natural matrix. */
    void loadNatural(float[] s, int rows, int stride, int natural) {
        for (int d = 0; d < D; d += COLUMNS) {
            copyRows(s, rows + d, stride, natural + at(0, d), COLUMNS, T);
        }
    }

    /** Copies a natural matrix's T rows into row-major rows, {@code stride} apart. */
    void storeNatural(float[] s, int natural, int rows, int stride) {
        for (int d = 0; d < D; d += COLUMNS) {
            storeColumns(s, natural + at(0, d), rows + d, stride, T, Math.min(COLUMNS, D - d));
        }
    }

    /** Copies {@code n} rows of a block into row-major rows, {@code stride} apart. */
    void storeBlock(float[] s, int block, int rows, int stride, int n) {
        for (int d = 0; d < D; d += COLUMNS) {
            storeColumns(s, block + inBlock(0, d), rows + d, stride, n, Math.min(COLUMNS, D - d));
        }
    }

    private static void storeColumns(float[] s, int from, int to, int stride, int rows, int width) {
        if (width == COLUMNS) {
            copyRows(s, from, COLUMNS, to, stride, rows);
            return;
        }
        for (int r = 0; r < rows; r++) {
            System.arraycopy(s, from + r * COLUMNS, s, to + r * stride, width);
        }
    }

    /** Rows of COLUMNS floats. */
    private static void copyRows(float[] s, int from, int fromStride, int to, int toStride, int rows) {
        for (int r = 0; r < rows; r++) {
            FloatVector.fromArray(F, s, from + r * fromStride).intoArray(s, to + r * toStride);
            FloatVector.fromArray(F, s, from + r * fromStride + LANES).intoArray(s, to + r * toStride + LANES);
        }
    }

    /** Queries transposed from row-major rows, {@code stride} apart. */
    void transposeQueries(float[] s, int rows, int stride, int transposed) {
        for (int q = 0; q < T; q += COLUMNS) {
            TransposeVector.transpose(s, rows + q * stride, stride, COLUMNS, D, s, transposed + queryPanel(q), COLUMNS);
        }
    }

    /**
     * Keys transposed from row-major rows, {@code stride} apart; what a vector writes too much, the next one
     * overwrites.
     */
    void transposeKeys(float[] s, int rows, int stride, int transposed) {
        for (int k = 0; k < T; k += ROWS) {
            TransposeVector.transpose(s, rows + k * stride, stride, TRANSPOSED, D, s, transposed + keyPanel(k), ROWS);
        }
    }
}
