package org.tornadogpt.kernels.group;

import org.tornadogpt.kernels.Call;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.WorkGroups;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Sums down the columns of a tall matrix in two passes, no atomics: blocks of rows to partial sums in scratch memory, then the partial
 * sums to the result. Groups of {@value #WIDE} columns by {@value #DEEP} rows, so that neighbouring items read neighbouring columns.
 */
public final class ColumnSums {
    static final int WIDE = 32;
    static final int DEEP = 8;
    private static final int ITEMS = WIDE * DEEP;
    private static final int LEAST_ROWS = 64;
    private static final int MOST_BLOCKS = 128;
    private static final int OVERWRITTEN = 1;
    private static final int ADDED = 2;

    private ColumnSums() {}

    /** Into how many blocks rows are cut: the same on every device, as it decides the order of addition. */
    public static int blocks(int rows) {
        return Math.max(1, Math.min(MOST_BLOCKS, rows / LEAST_ROWS));
    }

    /** {@code out[c] += sum over n of x[n,c]} for x (rows, columns). */
    public static void add(Launcher launcher, int rows, int columns, Slice out, Slice x) {
        int blocks = blocks(rows);
        Slice from = x;
        if (blocks > 1) {
            from = launcher.scratch(Math.multiplyExact(blocks, columns));
            launch(launcher, rows, columns, blocks, false, from, x);
        }
        launch(launcher, blocks > 1 ? blocks : rows, columns, 1, true, out, from);
    }

    private static void launch(
            Launcher launcher, int rows, int columns, int blocks, boolean accumulate, Slice out, Slice x) {
        int blockRows = (rows - 1) / blocks + 1;
        launcher.newTable();
        int first = launcher.slot(x);
        launcher.slot(out);
        Sizes.slots(launcher, rows, columns, blockRows, accumulate ? ADDED : OVERWRITTEN);
        launcher.group(
                Call.of(
                        "kColumnSums",
                        ColumnSums::kColumnSums,
                        new KernelContext(),
                        launcher.offsets(),
                        first,
                        x.array(),
                        out.array(),
                        launcher.frozen(rows),
                        launcher.frozen(columns),
                        launcher.frozen(blockRows),
                        launcher.frozen(accumulate ? ADDED : OVERWRITTEN)),
                WorkGroups.of((columns - 1) / WIDE + 1, blocks, WIDE, DEEP));
    }

    /**
     * {@code out[b,c] (+)= sum of x[n,c] over the rows n of block b}; overwrites or accumulates.
     *
     * @param first number of x's offset; that of out, the rows, the columns, the rows of a block and what becomes of out follow
     * @param frozenRows the rows, or 0 to read them
     * @param frozenColumns the columns, or 0 to read them
     * @param frozenBlockRows rows in a block, or 0 to read them; the last block may have fewer, or none
     * @param frozenEnd {@link #ADDED}, {@link #OVERWRITTEN}, or 0 to read which
     */
    public static void kColumnSums(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray x,
            FloatArray out,
            int frozenRows,
            int frozenColumns,
            int frozenBlockRows,
            int frozenEnd) {
        int rows = Sizes.of(offsets, first + 2, frozenRows);
        int columns = Sizes.of(offsets, first + 3, frozenColumns);
        int blockRows = Sizes.of(offsets, first + 4, frozenBlockRows);
        float[] tile = context.allocateFloatLocalArray(ITEMS);
        int wide = context.localIdx;
        int deep = context.localIdy;
        int block = context.groupIdy;
        int c = context.groupIdx * WIDE + wide;
        int xAt = offsets.get(first) + c;
        int end = block * blockRows + blockRows;
        if (end > rows) {
            end = rows;
        }
        float sum = 0f;
        if (c < columns) {
            for (int n = block * blockRows + deep; n < end; n += DEEP) {
                sum += x.get(xAt + n * columns);
            }
        }
        tile[deep * WIDE + wide] = sum;
        context.localBarrier();
        if (deep == 0 && c < columns) {
            float total = tile[wide];
            for (int d = 1; d < DEEP; d++) {
                total += tile[d * WIDE + wide];
            }
            int at = offsets.get(first + 1) + block * columns + c;
            if (Sizes.of(offsets, first + 5, frozenEnd) == ADDED) {
                total += out.get(at);
            }
            out.set(at, total);
        }
    }
}
