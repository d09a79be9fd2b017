package org.tornadogpt.kernels.attention;

import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;

import java.util.Arrays;
import org.tornadogpt.kernels.AttentionShape;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.TransposeVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * Where one head's matrices lie in a worker's scratch array. "Natural" matrices are (time, D) with rows of {@link #Dp}; the
 * "transposed" ones (D, time) with rows of {@link #Tp}; a "strip" is (keys, {@link #QUERIES}) with rows of {@link #STRIDE}: scores of all keys against one
 * block of queries, with neighbouring queries in neighbouring lanes.
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
    static final int KEYS = 384;

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

    /** Floats of a transposed matrix. */
    int transposed() {
        return D * Tp;
    }

    /** Floats of a strip. */
    int strip() {
        return roundUp(Math.min(Tp, KEYS), ROWS) * STRIDE;
    }

    /** Floats of one block of queries, natural. */
    int block() {
        return QUERIES * Dp;
    }

    /** Copies T rows of D floats, {@code stride} apart, into a natural matrix, padding columns with zeros, values scaled. */
    void loadNatural(VectorSlice from, long at, int stride, float[] to, int toAt) {
        for (int t = 0; t < T; t++) {
            int row = toAt + t * Dp;
            from.copyTo(at + (long) t * stride, to, row, D);
            for (int d = D; d < Dp; d++) {
                to[row + d] = 0f;
            }
        }
        Arrays.fill(to, toAt + T * Dp, toAt + Math.min(Tp, T + COLUMNS) * Dp, 0f);
    }

    /** Transposes a natural matrix, padding as many columns as a tile may read with zeros. */
    void transpose(float[] s, int natural, int transposed) {
        TransposeVector.transpose(s, natural, Dp, T, D, s, transposed, Tp);
        int end = Math.min(Tp, T + COLUMNS);
        for (int d = 0; d < D; d++) {
            Arrays.fill(s, transposed + d * Tp + T, transposed + d * Tp + end, 0f);
        }
    }

    /** Multiplies the rows of a natural matrix. */
    void scale(float[] s, int natural, float factor) {
        int end = natural + T * Dp;
        for (int i = natural; i < end; i++) {
            s[i] *= factor;
        }
    }
}
