package org.tornadogpt.kernels.attention;

import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;

import java.util.Arrays;
import org.tornadogpt.kernels.AttentionShape;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.TransposeVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * Where one head's matrices lie in a worker's scratch array, in the forms that {@link TileVector} reads.
 *
 * <ul>
 *   <li>natural, (time, D): panels of {@link TileVector#COLUMNS} columns, each (Tp, COLUMNS)
 *   <li>queries transposed, (D, time): panels of COLUMNS queries, each (D, COLUMNS)
 *   <li>keys transposed, (D, time): parts of {@link #KEYS} keys, each (D, {@link #STRIDE})
 *   <li>strip, (keys, {@link #QUERIES}) with rows of STRIDE: scores of a block of keys against a block of queries, neighbouring
 *       queries in neighbouring lanes
 *   <li>block: like natural, for QUERIES rows
 * </ul>
 *
 * Missing rows and columns of a tile are zero.
 *
 * @param T time
 * @param D head size
 * @param Tp T rounded up to whole query blocks
 * @param Dp D rounded up to whole tiles
 */
record FlashLayoutVector(int T, int D, int Tp, int Dp) {
    /** Queries in a block: whole tiles by rows and by columns. */
    static final int QUERIES = 96;

    /** Keys in a block, what one strip holds: whole tiles, and whole groups of 64 dropout columns. */
    static final int KEYS = TileVector.DEPTH;

    /** Distance between a strip's rows. */
    static final int STRIDE = TileVector.ROW_STRIDE;

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
        return Math.ceilDiv(Tp, KEYS) * D * STRIDE;
    }

    /** Floats of a strip. */
    int strip() {
        return roundUp(Math.min(Tp, KEYS), ROWS) * STRIDE;
    }

    /** Floats of one block of queries. */
    int block() {
        return QUERIES * Dp;
    }

    /** Where column {@code d}, a multiple of COLUMNS, of row {@code t} of a natural matrix is. */
    int at(int t, int d) {
        return d * Tp + t * COLUMNS;
    }

    /** Where column {@code d}, a multiple of COLUMNS, of row {@code r} of a block is. */
    static int inBlock(int r, int d) {
        return d * QUERIES + r * COLUMNS;
    }

    /** Where the panel that begins with query {@code q} is in queries transposed. */
    int queryPanel(int q) {
        return q * D;
    }

    /** Where key {@code k} of the part that begins with key {@code from} is in keys transposed. */
    int key(int from, int k) {
        return from / KEYS * D * STRIDE + k - from;
    }

    /** Copies T rows of D floats, {@code stride} apart, into a natural matrix. */
    void loadNatural(VectorSlice from, long fromAt, int stride, float[] s, int natural) {
        for (int d = 0; d < D; d += COLUMNS) {
            int n = Math.min(COLUMNS, D - d);
            int to = natural + at(0, d);
            for (int t = 0; t < T; t++, to += COLUMNS) {
                from.copyTo(fromAt + (long) t * stride + d, s, to, n);
                for (int c = n; c < COLUMNS; c++) {
                    s[to + c] = 0f;
                }
            }
            Arrays.fill(s, to, natural + at(Math.min(Tp, T + COLUMNS), d), 0f);
        }
    }

    /** Queries transposed from a natural matrix. */
    void transposeQueries(float[] s, int natural, int transposed) {
        for (int q = 0; q < T; q += COLUMNS) {
            for (int d = 0; d < D; d += COLUMNS) {
                int to = transposed + queryPanel(q) + d * COLUMNS;
                TransposeVector.transpose(
                        s, natural + at(q, d), COLUMNS, COLUMNS, Math.min(COLUMNS, D - d), s, to, COLUMNS);
            }
        }
    }

    /** Keys transposed from a natural matrix. */
    void transposeKeys(float[] s, int natural, int transposed) {
        for (int k = 0; k < T; k += KEYS) {
            int n = Math.min(KEYS, roundUp(T, LANES) - k);
            for (int d = 0; d < D; d += COLUMNS) {
                int to = transposed + key(k, k) + d * STRIDE;
                TransposeVector.transpose(s, natural + at(k, d), COLUMNS, n, Math.min(COLUMNS, D - d), s, to, STRIDE);
            }
        }
    }

    /** Multiplies the rows of a natural matrix. */
    void scale(float[] s, int natural, float factor) {
        int end = natural + natural();
        for (int i = natural; i < end; i++) {
            s[i] *= factor;
        }
    }
}
