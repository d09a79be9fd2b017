package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationLoop;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernel of {@link MatMulGroup}: a group of {@value #SIDE} x {@value #SIDE} items computes a tile of {@value #TILE} x
 * {@value #TILE} results, {@value #DEPTH} terms at a time: the operands' parts come into local memory, and each item adds to its
 * 8 x 8 results, which lie {@value #SIDE} apart so that neighbouring items use neighbouring words.
 *
 * <p>The results are scalars, written out one by one, because a private array becomes local memory in TornadoVM's PTX code, and
 * the driver's assembler does not bring it back into registers (seen: 256 bytes of stack for 64 floats, two memory accesses for each
 * multiplication). Lines of the tiles are {@value #STRIDE} long: a line more than a multiple of the 32 banks of local memory by
 * what keeps the items of a warp apart when they store a tile's columns.
 */
final class TiledProductGroup {
    /** Rows and columns of results of a group. */
    static final int TILE = 128;

    /** Items of a group in each dimension. */
    static final int SIDE = 16;

    /** Terms of each sum that are in local memory at a time. */
    static final int DEPTH = 16;

    /** The first operand is stored (P, I), not (I, P). */
    static final int FIRST_DOWN = 1;

    /** The second operand is stored (P, J), not (J, P). */
    static final int SECOND_DOWN = 2;

    /** {@code bias[j]} is added. */
    static final int BIAS = 4;

    /** The result is added to what is there. */
    static final int ACCUMULATE = 8;

    /** The result is activated. */
    static final int ACTIVATE = 16;

    /** The result before activation is stored in the extra slice. */
    static final int KEEP = 32;

    /** The result is multiplied by the activation's derivative at the extra slice. */
    static final int SLOPE = 64;

    /** The result is dropped out and added to the extra slice. */
    static final int RESIDUAL = 128;

    /** Where in the mode the activation's code begins. */
    static final int KIND_SHIFT = 8;

    private static final int TILE_BITS = 7;
    private static final int DEPTH_BITS = 4;
    private static final int ITEMS = SIDE * SIDE;
    private static final int STRIDE = TILE + 2;

    private TiledProductGroup() {}

    /**
     * {@code out[z,i,j] = sum over p of part z of a[i,p] b[p,j]}, finished as {@code mode} says. The numbers of the offsets of a, b,
     * out, bias, the extra slice (in the array of the result) and the dropout's site follow each other.
     *
     * @param first number of a's offset
     * @param part terms that a layer of groups adds up
     * @param mode sum of this class's flags
     */
    public static void kMatMulTiled(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray a,
            FloatArray b,
            FloatArray bias,
            IntArray counters,
            FloatArray out,
            int I,
            int J,
            int P,
            int part,
            int mode,
            int threshold,
            float scale) {
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
        int aDown = mode & FIRST_DOWN;
        int aRow = row(lid, aDown);
        int aP = term(lid, aDown);
        int aRowStep = rowStep(aDown);
        int aPStep = termStep(aDown);
        int aTo = aP * STRIDE + aRow;
        int aApart = aPStep * STRIDE + aRowStep;
        int bAt = offsets.get(first + 1);
        int bDown = mode & SECOND_DOWN;
        int bRow = row(lid, bDown);
        int bP = term(lid, bDown);
        int bRowStep = rowStep(bDown);
        int bPStep = termStep(bDown);
        int bTo = bP * STRIDE + bRow;
        int bApart = bPStep * STRIDE + bRowStep;
        float c00 = 0f;
        float c01 = 0f;
        float c02 = 0f;
        float c03 = 0f;
        float c04 = 0f;
        float c05 = 0f;
        float c06 = 0f;
        float c07 = 0f;
        float c10 = 0f;
        float c11 = 0f;
        float c12 = 0f;
        float c13 = 0f;
        float c14 = 0f;
        float c15 = 0f;
        float c16 = 0f;
        float c17 = 0f;
        float c20 = 0f;
        float c21 = 0f;
        float c22 = 0f;
        float c23 = 0f;
        float c24 = 0f;
        float c25 = 0f;
        float c26 = 0f;
        float c27 = 0f;
        float c30 = 0f;
        float c31 = 0f;
        float c32 = 0f;
        float c33 = 0f;
        float c34 = 0f;
        float c35 = 0f;
        float c36 = 0f;
        float c37 = 0f;
        float c40 = 0f;
        float c41 = 0f;
        float c42 = 0f;
        float c43 = 0f;
        float c44 = 0f;
        float c45 = 0f;
        float c46 = 0f;
        float c47 = 0f;
        float c50 = 0f;
        float c51 = 0f;
        float c52 = 0f;
        float c53 = 0f;
        float c54 = 0f;
        float c55 = 0f;
        float c56 = 0f;
        float c57 = 0f;
        float c60 = 0f;
        float c61 = 0f;
        float c62 = 0f;
        float c63 = 0f;
        float c64 = 0f;
        float c65 = 0f;
        float c66 = 0f;
        float c67 = 0f;
        float c70 = 0f;
        float c71 = 0f;
        float c72 = 0f;
        float c73 = 0f;
        float c74 = 0f;
        float c75 = 0f;
        float c76 = 0f;
        float c77 = 0f;
        for (int p0 = begin; p0 < end; p0 += DEPTH) {
            aTile[aTo] = term(a, aAt, i0 + aRow + 0 * aRowStep, I, p0 + aP + 0 * aPStep, end, P, aDown);
            aTile[aTo + aApart] = term(a, aAt, i0 + aRow + 1 * aRowStep, I, p0 + aP + 1 * aPStep, end, P, aDown);
            aTile[aTo + 2 * aApart] = term(a, aAt, i0 + aRow + 2 * aRowStep, I, p0 + aP + 2 * aPStep, end, P, aDown);
            aTile[aTo + 3 * aApart] = term(a, aAt, i0 + aRow + 3 * aRowStep, I, p0 + aP + 3 * aPStep, end, P, aDown);
            aTile[aTo + 4 * aApart] = term(a, aAt, i0 + aRow + 4 * aRowStep, I, p0 + aP + 4 * aPStep, end, P, aDown);
            aTile[aTo + 5 * aApart] = term(a, aAt, i0 + aRow + 5 * aRowStep, I, p0 + aP + 5 * aPStep, end, P, aDown);
            aTile[aTo + 6 * aApart] = term(a, aAt, i0 + aRow + 6 * aRowStep, I, p0 + aP + 6 * aPStep, end, P, aDown);
            aTile[aTo + 7 * aApart] = term(a, aAt, i0 + aRow + 7 * aRowStep, I, p0 + aP + 7 * aPStep, end, P, aDown);
            bTile[bTo] = term(b, bAt, j0 + bRow + 0 * bRowStep, J, p0 + bP + 0 * bPStep, end, P, bDown);
            bTile[bTo + bApart] = term(b, bAt, j0 + bRow + 1 * bRowStep, J, p0 + bP + 1 * bPStep, end, P, bDown);
            bTile[bTo + 2 * bApart] = term(b, bAt, j0 + bRow + 2 * bRowStep, J, p0 + bP + 2 * bPStep, end, P, bDown);
            bTile[bTo + 3 * bApart] = term(b, bAt, j0 + bRow + 3 * bRowStep, J, p0 + bP + 3 * bPStep, end, P, bDown);
            bTile[bTo + 4 * bApart] = term(b, bAt, j0 + bRow + 4 * bRowStep, J, p0 + bP + 4 * bPStep, end, P, bDown);
            bTile[bTo + 5 * bApart] = term(b, bAt, j0 + bRow + 5 * bRowStep, J, p0 + bP + 5 * bPStep, end, P, bDown);
            bTile[bTo + 6 * bApart] = term(b, bAt, j0 + bRow + 6 * bRowStep, J, p0 + bP + 6 * bPStep, end, P, bDown);
            bTile[bTo + 7 * bApart] = term(b, bAt, j0 + bRow + 7 * bRowStep, J, p0 + bP + 7 * bPStep, end, P, bDown);
            context.localBarrier();
            for (int p = 0; p < DEPTH; p++) {
                int aLine = p * STRIDE + ty;
                int bLine = p * STRIDE + tx;
                float a0 = aTile[aLine];
                float a1 = aTile[aLine + 16];
                float a2 = aTile[aLine + 32];
                float a3 = aTile[aLine + 48];
                float a4 = aTile[aLine + 64];
                float a5 = aTile[aLine + 80];
                float a6 = aTile[aLine + 96];
                float a7 = aTile[aLine + 112];
                float b0 = bTile[bLine];
                float b1 = bTile[bLine + 16];
                float b2 = bTile[bLine + 32];
                float b3 = bTile[bLine + 48];
                float b4 = bTile[bLine + 64];
                float b5 = bTile[bLine + 80];
                float b6 = bTile[bLine + 96];
                float b7 = bTile[bLine + 112];
                c00 += a0 * b0;
                c01 += a0 * b1;
                c02 += a0 * b2;
                c03 += a0 * b3;
                c04 += a0 * b4;
                c05 += a0 * b5;
                c06 += a0 * b6;
                c07 += a0 * b7;
                c10 += a1 * b0;
                c11 += a1 * b1;
                c12 += a1 * b2;
                c13 += a1 * b3;
                c14 += a1 * b4;
                c15 += a1 * b5;
                c16 += a1 * b6;
                c17 += a1 * b7;
                c20 += a2 * b0;
                c21 += a2 * b1;
                c22 += a2 * b2;
                c23 += a2 * b3;
                c24 += a2 * b4;
                c25 += a2 * b5;
                c26 += a2 * b6;
                c27 += a2 * b7;
                c30 += a3 * b0;
                c31 += a3 * b1;
                c32 += a3 * b2;
                c33 += a3 * b3;
                c34 += a3 * b4;
                c35 += a3 * b5;
                c36 += a3 * b6;
                c37 += a3 * b7;
                c40 += a4 * b0;
                c41 += a4 * b1;
                c42 += a4 * b2;
                c43 += a4 * b3;
                c44 += a4 * b4;
                c45 += a4 * b5;
                c46 += a4 * b6;
                c47 += a4 * b7;
                c50 += a5 * b0;
                c51 += a5 * b1;
                c52 += a5 * b2;
                c53 += a5 * b3;
                c54 += a5 * b4;
                c55 += a5 * b5;
                c56 += a5 * b6;
                c57 += a5 * b7;
                c60 += a6 * b0;
                c61 += a6 * b1;
                c62 += a6 * b2;
                c63 += a6 * b3;
                c64 += a6 * b4;
                c65 += a6 * b5;
                c66 += a6 * b6;
                c67 += a6 * b7;
                c70 += a7 * b0;
                c71 += a7 * b1;
                c72 += a7 * b2;
                c73 += a7 * b3;
                c74 += a7 * b4;
                c75 += a7 * b5;
                c76 += a7 * b6;
                c77 += a7 * b7;
            }
            context.localBarrier();
        }
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
            aTile[lid] = pick(row, c00, c10, c20, c30, c40, c50, c60, c70);
            aTile[lid + ITEMS] = pick(row, c01, c11, c21, c31, c41, c51, c61, c71);
            aTile[lid + 2 * ITEMS] = pick(row, c02, c12, c22, c32, c42, c52, c62, c72);
            aTile[lid + 3 * ITEMS] = pick(row, c03, c13, c23, c33, c43, c53, c63, c73);
            aTile[lid + 4 * ITEMS] = pick(row, c04, c14, c24, c34, c44, c54, c64, c74);
            aTile[lid + 5 * ITEMS] = pick(row, c05, c15, c25, c35, c45, c55, c65, c75);
            aTile[lid + 6 * ITEMS] = pick(row, c06, c16, c26, c36, c46, c56, c66, c76);
            aTile[lid + 7 * ITEMS] = pick(row, c07, c17, c27, c37, c47, c57, c67, c77);
            row++;
            int cell = lid;
            for (int j = j0 + tx; j < jEnd; j += SIDE) {
                float value = aTile[cell];
                if ((mode & BIAS) > 0) {
                    value += bias.get(offsets.get(first + 3) + j);
                }
                value = finish(value, offsets, first, counters, out, plane, i, j, J, mode, threshold, scale);
                out.set(offsets.get(first + 2) + plane + i * J + j, value);
                cell += ITEMS;
            }
        }
    }

    /** The row of its first element that an item brings: neighbouring items bring what lies side by side in memory. */
    private static int row(int lid, int down) {
        return down > 0 ? lid & (TILE - 1) : lid >> DEPTH_BITS;
    }

    /** The term of its first element that an item brings. */
    private static int term(int lid, int down) {
        return down > 0 ? lid >> TILE_BITS : lid & (DEPTH - 1);
    }

    static int rowStep(int down) {
        return down > 0 ? 0 : ITEMS >> DEPTH_BITS;
    }

    private static int termStep(int down) {
        return down > 0 ? ITEMS >> TILE_BITS : 0;
    }

    /**
     * Term p of an operand's row, 0 from the end on; what it is for a row outside is of no consequence. Reads without a branch, so that
     * all reads of an item can be under way at once.
     */
    static float term(FloatArray x, int at, int row, int rows, int p, int end, int P, int down) {
        int inRow = row < rows ? row : rows - 1;
        int inP = p < end ? p : end - 1;
        int index = down > 0 ? inP * rows + inRow : inRow * P + inP;
        float value = x.get(at + index);
        return p < end ? value : 0f;
    }

    /** Number {@code row} of eight results. */
    private static float pick(int row, float c0, float c1, float c2, float c3, float c4, float c5, float c6, float c7) {
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
        if (row == 4) {
            value = c4;
        }
        if (row == 5) {
            value = c5;
        }
        if (row == 6) {
            value = c6;
        }
        if (row == 7) {
            value = c7;
        }
        return value;
    }

    /** What follows the product and its bias. */
    static float finish(
            float sum,
            IntArray offsets,
            int first,
            IntArray counters,
            FloatArray out,
            int plane,
            int i,
            int j,
            int J,
            int mode,
            int threshold,
            float scale) {
        float value = sum;
        int at = plane + i * J + j;
        int extraAt = offsets.get(first + 4) + at;
        if ((mode & ACCUMULATE) > 0) {
            value += out.get(offsets.get(first + 2) + at);
        }
        if ((mode & SLOPE) > 0) {
            value *= PointwiseActivationLoop.derivative(out.get(extraAt), mode >> KIND_SHIFT);
        }
        if ((mode & KEEP) > 0) {
            out.set(extraAt, value);
        }
        if ((mode & ACTIVATE) > 0) {
            value = PointwiseActivationLoop.value(value, mode >> KIND_SHIFT);
        }
        if ((mode & RESIDUAL) > 0) {
            float mask = Philox.mask(counters, offsets.get(first + 5), i, j, threshold, scale);
            value = out.get(extraAt) + mask * value;
        }
        return value;
    }
}
