package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.group.TableFloat;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link TiledProductGroup} for devices whose compiler is slow: 4 x 4 results for each item, which is a third of the code to compile, and fits the
 * registers of processors, whose compilers make vectors of the {@value #SIDE} items of a row. Sizes, how operands are stored and what is done to
 * finished results are read from the table, so that one compiled kernel serves all products. Each result is the same sum in the same
 * order as there.
 */
final class SmallTiledProductGroup {
    /** Rows and columns of results of a group. */
    static final int TILE = 64;

    /** Items of a group in each dimension. */
    static final int SIDE = TiledProductGroup.SIDE;

    private static final int TILE_BITS = 6;
    private static final int DEPTH = TiledProductGroup.DEPTH;
    private static final int DEPTH_BITS = 4;
    private static final int ITEMS = SIDE * SIDE;
    private static final int STRIDE = TILE + 2;

    private SmallTiledProductGroup() {}

    /**
     * As {@link TiledProductGroup#kMatMulTiled}, with I, J, P, part, the mode, the dropout's threshold and its scale ({@link TableFloat}) in the
     * table after the offsets.
     *
     * @param first number of a's offset
     */
    public static void kMatMulSmall(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray a,
            FloatArray b,
            FloatArray bias,
            IntArray counters,
            FloatArray out) {
        int I = offsets.get(first + 6);
        int J = offsets.get(first + 7);
        int P = offsets.get(first + 8);
        int part = offsets.get(first + 9);
        int mode = offsets.get(first + 10);
        float[] aTile = context.allocateFloatLocalArray(DEPTH * STRIDE);
        float[] bTile = context.allocateFloatLocalArray(DEPTH * STRIDE);
        int tx = context.localIdx;
        int ty = context.localIdy;
        int lid = ty * SIDE + tx;
        int i0 = context.groupIdy * TILE;
        int j0 = context.groupIdx * TILE;
        int begin = context.groupIdz * part;
        int end = begin + part;
        if (end > P) {
            end = P;
        }
        int aAt = offsets.get(first);
        int aDown = mode & TiledProductGroup.FIRST_DOWN;
        int aRow = row(lid, aDown);
        int aP = term(lid, aDown);
        int aRowStep = TiledProductGroup.rowStep(aDown);
        int aPStep = termStep(aDown);
        int aTo = aP * STRIDE + aRow;
        int aApart = aPStep * STRIDE + aRowStep;
        int bAt = offsets.get(first + 1);
        int bDown = mode & TiledProductGroup.SECOND_DOWN;
        int bRow = row(lid, bDown);
        int bP = term(lid, bDown);
        int bRowStep = TiledProductGroup.rowStep(bDown);
        int bPStep = termStep(bDown);
        int bTo = bP * STRIDE + bRow;
        int bApart = bPStep * STRIDE + bRowStep;
        float c00 = 0f;
        float c01 = 0f;
        float c02 = 0f;
        float c03 = 0f;
        float c10 = 0f;
        float c11 = 0f;
        float c12 = 0f;
        float c13 = 0f;
        float c20 = 0f;
        float c21 = 0f;
        float c22 = 0f;
        float c23 = 0f;
        float c30 = 0f;
        float c31 = 0f;
        float c32 = 0f;
        float c33 = 0f;
        for (int p0 = begin; p0 < end; p0 += DEPTH) {
            aTile[aTo] =
                    TiledProductGroup.term(a, aAt, i0 + aRow + 0 * aRowStep, I, p0 + aP + 0 * aPStep, end, P, aDown);
            aTile[aTo + aApart] =
                    TiledProductGroup.term(a, aAt, i0 + aRow + 1 * aRowStep, I, p0 + aP + 1 * aPStep, end, P, aDown);
            aTile[aTo + 2 * aApart] =
                    TiledProductGroup.term(a, aAt, i0 + aRow + 2 * aRowStep, I, p0 + aP + 2 * aPStep, end, P, aDown);
            aTile[aTo + 3 * aApart] =
                    TiledProductGroup.term(a, aAt, i0 + aRow + 3 * aRowStep, I, p0 + aP + 3 * aPStep, end, P, aDown);
            bTile[bTo] =
                    TiledProductGroup.term(b, bAt, j0 + bRow + 0 * bRowStep, J, p0 + bP + 0 * bPStep, end, P, bDown);
            bTile[bTo + bApart] =
                    TiledProductGroup.term(b, bAt, j0 + bRow + 1 * bRowStep, J, p0 + bP + 1 * bPStep, end, P, bDown);
            bTile[bTo + 2 * bApart] =
                    TiledProductGroup.term(b, bAt, j0 + bRow + 2 * bRowStep, J, p0 + bP + 2 * bPStep, end, P, bDown);
            bTile[bTo + 3 * bApart] =
                    TiledProductGroup.term(b, bAt, j0 + bRow + 3 * bRowStep, J, p0 + bP + 3 * bPStep, end, P, bDown);
            context.localBarrier();
            for (int p = 0; p < DEPTH; p++) {
                int aLine = p * STRIDE + ty;
                int bLine = p * STRIDE + tx;
                float a0 = aTile[aLine];
                float a1 = aTile[aLine + 16];
                float a2 = aTile[aLine + 32];
                float a3 = aTile[aLine + 48];
                float b0 = bTile[bLine];
                float b1 = bTile[bLine + 16];
                float b2 = bTile[bLine + 32];
                float b3 = bTile[bLine + 48];
                c00 += a0 * b0;
                c01 += a0 * b1;
                c02 += a0 * b2;
                c03 += a0 * b3;
                c10 += a1 * b0;
                c11 += a1 * b1;
                c12 += a1 * b2;
                c13 += a1 * b3;
                c20 += a2 * b0;
                c21 += a2 * b1;
                c22 += a2 * b2;
                c23 += a2 * b3;
                c30 += a3 * b0;
                c31 += a3 * b1;
                c32 += a3 * b2;
                c33 += a3 * b3;
            }
            context.localBarrier();
        }
        int threshold = offsets.get(first + 11);
        float scale = TableFloat.of(offsets, first + 12);
        int plane = context.groupIdz * I * J;
        int iEnd = i0 + TILE;
        if (iEnd > I) {
            iEnd = I;
        }
        int jEnd = j0 + TILE;
        if (jEnd > J) {
            jEnd = J;
        }
        int row = 0;
        for (int i = i0 + ty; i < iEnd; i += SIDE) {
            aTile[lid] = pick(row, c00, c10, c20, c30);
            aTile[lid + ITEMS] = pick(row, c01, c11, c21, c31);
            aTile[lid + 2 * ITEMS] = pick(row, c02, c12, c22, c32);
            aTile[lid + 3 * ITEMS] = pick(row, c03, c13, c23, c33);
            row++;
            int cell = lid;
            for (int j = j0 + tx; j < jEnd; j += SIDE) {
                float value = aTile[cell];
                if ((mode & TiledProductGroup.BIAS) > 0) {
                    value += bias.get(offsets.get(first + 3) + j);
                }
                value = TiledProductGroup.finish(
                        value, offsets, first, counters, out, plane, i, j, J, mode, threshold, scale);
                out.set(offsets.get(first + 2) + plane + i * J + j, value);
                cell += ITEMS;
            }
        }
    }

    /** The row of its first element that an item brings. */
    private static int row(int lid, int down) {
        return down > 0 ? lid & (TILE - 1) : lid >> DEPTH_BITS;
    }

    /** The term of its first element that an item brings. */
    private static int term(int lid, int down) {
        return down > 0 ? lid >> TILE_BITS : lid & (DEPTH - 1);
    }

    private static int termStep(int down) {
        return down > 0 ? ITEMS >> TILE_BITS : 0;
    }

    /** Number {@code row} of four results. */
    private static float pick(int row, float c0, float c1, float c2, float c3) {
        float value = c0;
        if (row == 1) {
            value = c1;
        }
        if (row == 2) {
            value = c2;
        }
        if (row == 3) {
            value = c3;
        }
        return value;
    }
}
