package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.DEPTH;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROW_STRIDE;

import java.util.Arrays;
import org.tornadogpt.kernels.kernel.vector.CacheLines;
import org.tornadogpt.kernels.kernel.vector.TransposeVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.kernel.vector.VectorSource;

/**
 * Copies of operands in the order in which {@code TileVector} reads them. B is cut into panels of {@link
 * org.tornadogpt.kernels.kernel.vector.TileVector#COLUMNS} columns, each (depth, COLUMNS) and contiguous, missing
 * columns zero.
 */
final class PackingVector {
    private PackingVector() {}

    static int panels(int columns) {
        return Math.ceilDiv(columns, COLUMNS);
    }

    /** Floats of an array for the panels of a (depth, columns) matrix. */
    static int panelsFloats(int depth, int columns) {
        return Math.addExact(CacheLines.START, Math.multiplyExact(panels(columns) * COLUMNS, depth));
    }

    /** Where panel {@code panel} begins. */
    static int panelAt(int panel, int depth) {
        return CacheLines.START + panel * depth * COLUMNS;
    }

    /** Panel {@code panel} of a (depth, columns) matrix. */
    static void panel(VectorSlice matrix, int depth, int columns, int panel, float[] packed) {
        int column = panel * COLUMNS;
        int n = Math.min(COLUMNS, columns - column);
        int at = panelAt(panel, depth);
        if (n == COLUMNS) {
            wholePanel(matrix, depth, columns, column, packed, at);
            return;
        }
        for (int k = 0; k < depth; k++) {
            int to = at + k * COLUMNS;
            matrix.copyTo((long) k * columns + column, packed, to, n);
            Arrays.fill(packed, to + n, to + COLUMNS, 0f);
        }
    }

    private static void wholePanel(VectorSlice matrix, int depth, int columns, int column, float[] packed, int at) {
        for (int k = 0; k < depth; k++) {
            long from = (long) k * columns + column;
            matrix.load(from).intoArray(packed, at + k * COLUMNS);
            matrix.load(from + LANES).intoArray(packed, at + k * COLUMNS + LANES);
        }
    }

    /** Panel {@code panel} of the transpose of a (columns, depth) matrix, by way of {@code rows}. */
    static void transposedPanel(VectorSource matrix, int depth, int columns, int panel, float[] packed, float[] rows) {
        int column = panel * COLUMNS;
        int n = Math.min(COLUMNS, columns - column);
        int to = panelAt(panel, depth);
        matrix.copyTo((long) column * depth, rows, 0, n * depth);
        if (n < COLUMNS) {
            Arrays.fill(packed, to, to + depth * COLUMNS, 0f);
        }
        TransposeVector.transpose(rows, 0, depth, n, depth, packed, to, COLUMNS);
    }

    /** Where what {@link #rows} copies ends. */
    static int rowsEnd(int rows, int depth) {
        return CacheLines.START + Math.ceilDiv(depth, DEPTH) * rows * ROW_STRIDE;
    }

    /** Where row {@code r} of those that {@link #rows} copies begins. */
    static int rowAt(int r) {
        return CacheLines.START + r * ROW_STRIDE;
    }

    /**
     * Rows {@code from} to {@code end} of an (n, depth) matrix, cut at every {@link
     * org.tornadogpt.kernels.kernel.vector.TileVector#DEPTH} columns; a cut holds {@code capacity} rows.
     */
    static void rows(VectorSlice matrix, int depth, int from, int end, int capacity, float[] packed) {
        for (int k = 0, cut = 0; k < depth; k += DEPTH, cut++) {
            int length = Math.min(DEPTH, depth - k);
            for (int r = from; r < end; r++) {
                matrix.copyTo((long) r * depth + k, packed, rowAt(cut * capacity + r - from), length);
            }
        }
    }
}
