package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;

/**
 * The inner loops of matrix products over heap arrays: one tile of C, held in registers while k runs. A tile is 12 rows
 * of two vectors where vectors have 16 lanes (24 of the 32 registers accumulate) and 6 rows of two where they are
 * narrower (12 of 16). Each element is the sum over k in order, by fused multiply-add. The loops of both sizes stand in
 * {@code Tile12Vector} and {@code Tile6Vector}, those of tiles half as wide in {@code HalfTileVector}.
 *
 * <p>The accumulators are locals written out by hand because C2 keeps only locals in registers; an array of vectors is
 * not. For the same reason nothing is shared between the forms: a vector that is passed to a method which happens not
 * to be inlined becomes an object, and then the loop allocates one for each of its steps (seen: 20 times slower).
 */
public final class TileVector {
    /** Rows of a tile. */
    public static final int ROWS = LANES == 16 ? 12 : 6;

    /** Columns of a tile, and the distance between rows of B. */
    public static final int COLUMNS = 2 * LANES;

    /** Most elements of A in a row of the array that holds it. */
    public static final int DEPTH = 512;

    /**
     * The distance between rows of the array that holds A; more than {@link #DEPTH} by a cache line, so that
     * neighbouring rows fall into different cache sets. It and B's are constants because C2 moves range checks out of a
     * loop only for a constant multiple of the loop's counter.
     */
    public static final int ROW_STRIDE = DEPTH + 16;

    private TileVector() {}

    /**
     * {@code C = A B} or, with {@code add}, {@code C += A B} for one tile of {@link #ROWS} by {@link #COLUMNS}, A
     * k-major.
     *
     * @param a A: element (r, k) at {@code aAt + k*ROW_STRIDE + r}
     * @param b B: element (k, c) at {@code bAt + k*COLUMNS + c}
     * @param kc how many k
     * @param c C: element (r, c) at {@code cAt + r*ldc + c}
     * @param columns how many columns of C somebody reads; with no more than {@link LanesVector#LANES} of them, the
     *     others stay as they are
     */
    public static void columns(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add, int columns) {
        if (columns <= LANES) {
            for (int r = 0; r < ROWS; r += HalfTileVector.ROWS) {
                HalfTileVector.columns(a, aAt + r, b, bAt, kc, c, cAt + r * ldc, ldc, add);
            }
        } else if (LANES == 16) {
            Tile12Vector.columns(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            Tile6Vector.columns(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }

    /**
     * As {@link #columns} for all of them, with the rows of the array that holds A only {@link #ROWS} apart: element
     * (r, k) at {@code aAt + k*ROWS + r}.
     */
    public static void packed(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add) {
        if (LANES == 16) {
            Tile12Vector.packed(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            Tile6Vector.packed(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }

    /** As {@link #columns}, with A row-major: element (r, k) at {@code aAt + r*ROW_STRIDE + k}. */
    public static void rows(
            float[] a, int aAt, float[] b, int bAt, int kc, float[] c, int cAt, int ldc, boolean add, int columns) {
        if (columns <= LANES) {
            for (int r = 0; r < ROWS; r += HalfTileVector.ROWS) {
                HalfTileVector.rows(a, aAt + r * ROW_STRIDE, b, bAt, kc, c, cAt + r * ldc, ldc, add);
            }
        } else if (LANES == 16) {
            Tile12Vector.rows(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        } else {
            Tile6Vector.rows(a, aAt, b, bAt, kc, c, cAt, ldc, add);
        }
    }
}
