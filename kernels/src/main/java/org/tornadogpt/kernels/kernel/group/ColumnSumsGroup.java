package org.tornadogpt.kernels.kernel.group;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Sums down the columns of a tall matrix in two passes, no atomics: blocks of rows to partial sums in scratch memory,
 * then the partial sums to the result. Groups of {@value #WIDE} columns by {@value #DEEP} rows, so that neighbouring
 * items read neighbouring columns.
 */
public final class ColumnSumsGroup {
    static final int WIDE = 32;
    static final int DEEP = 8;
    private static final int ITEMS = WIDE * DEEP;
    private static final int LEAST_ROWS = 64;
    private static final int MOST_BLOCKS = 128;

    private ColumnSumsGroup() {}

    /** Into how many blocks rows are cut: the same on every device, as it decides the order of addition. */
    public static int blocks(int rows) {
        return Math.max(1, Math.min(MOST_BLOCKS, rows / LEAST_ROWS));
    }

    /** {@code out[c] += sum over n of x[n,c]} for x (rows, columns). */
    public static void add(KernelSink sink, int rows, int columns, Slice out, Slice x) {
        int blocks = blocks(rows);
        if (sink.prefersSharedKernels()) {
            inOneKernel(sink, rows, columns, blocks, out, x);
            return;
        }
        Slice from = x;
        if (blocks > 1) {
            from = sink.scratch(Math.multiplyExact(blocks, columns));
            launch(sink, rows, columns, blocks, false, from, x);
        }
        launch(sink, blocks > 1 ? blocks : rows, columns, 1, true, out, from);
    }

    private static void launch(
            KernelSink sink, int rows, int columns, int blocks, boolean accumulate, Slice out, Slice x) {
        sink.group(
                Call.of(
                        "kColumnSums",
                        ColumnSumsGroup::kColumnSums,
                        new KernelContext(),
                        sink.offsets(),
                        x.array(),
                        sink.slot(x),
                        out.array(),
                        sink.slot(out),
                        rows,
                        columns,
                        (rows - 1) / blocks + 1,
                        accumulate ? 1 : 0),
                WorkGroups.of((columns - 1) / WIDE + 1, blocks, WIDE, DEEP));
    }

    private static void inOneKernel(KernelSink sink, int rows, int columns, int blocks, Slice out, Slice x) {
        sink.newTable();
        int first = sink.slot(x);
        sink.slot(out);
        sink.slot(rows);
        sink.slot(columns);
        sink.slot(blocks);
        sink.group(
                Call.of(
                        "kColumnSumsWhole",
                        ColumnSumsGroup::kColumnSumsWhole,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        x.array(),
                        out.array()),
                WorkGroups.of((columns - 1) / WIDE + 1, 1, WIDE, DEEP));
    }

    /**
     * {@code out[b,c] (+)= sum of x[n,c] over the rows n of block b}; overwrites or accumulates.
     *
     * @param blockRows rows in a block; the last block may have fewer, or none
     */
    public static void kColumnSums(
            KernelContext context,
            IntArray offsets,
            FloatArray x,
            int xSlot,
            FloatArray out,
            int outSlot,
            int rows,
            int columns,
            int blockRows,
            int accumulate) {
        float[] tile = context.allocateFloatLocalArray(ITEMS);
        int wide = context.localIdx;
        int deep = context.localIdy;
        int block = context.groupIdy;
        int c = context.groupIdx * WIDE + wide;
        int xAt = offsets.get(xSlot) + c;
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
            int at = offsets.get(outSlot) + block * columns + c;
            if (accumulate > 0) {
                total += out.get(at);
            }
            out.set(at, total);
        }
    }

    /**
     * Both passes in one kernel, with the same order of addition: {@code out[c] += sum of x[n,c]}. For devices that
     * compile slowly and have few processors to share blocks among.
     *
     * @param first number of x's offset; that of out, the rows, the columns and the blocks follow
     */
    public static void kColumnSumsWhole(
            KernelContext context, IntArray offsets, int first, FloatArray x, FloatArray out) {
        float[] tile = context.allocateFloatLocalArray(ITEMS);
        float[] partial = context.allocateFloatLocalArray(MOST_BLOCKS * WIDE);
        int rows = offsets.get(first + 2);
        int columns = offsets.get(first + 3);
        int blocks = offsets.get(first + 4);
        int blockRows = (rows - 1) / blocks + 1;
        int wide = context.localIdx;
        int deep = context.localIdy;
        int c = context.groupIdx * WIDE + wide;
        int xAt = offsets.get(first) + c;
        for (int block = 0; block < blocks; block++) {
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
            if (deep == 0) {
                float total = tile[wide];
                for (int d = 1; d < DEEP; d++) {
                    total += tile[d * WIDE + wide];
                }
                partial[block * WIDE + wide] = total;
            }
            context.localBarrier();
        }
        float sum = 0f;
        for (int block = deep; block < blocks; block += DEEP) {
            sum += partial[block * WIDE + wide];
        }
        tile[deep * WIDE + wide] = sum;
        context.localBarrier();
        if (deep == 0 && c < columns) {
            float total = tile[wide];
            for (int d = 1; d < DEEP; d++) {
                total += tile[d * WIDE + wide];
            }
            int at = offsets.get(first + 1) + c;
            out.set(at, total + out.get(at));
        }
    }
}
