package org.tornadogpt.tensorcores;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernel of {@link MatMulMma}: 256 items, eight warps, compute a tile of {@value #ROWS} x {@value #COLUMNS} results,
 * {@value #DEPTH} terms at a time, with {@code mma.m16n8k16} on bfloat16 operands and float32 sums. A warp has 32 x 64
 * results, in 2 x 8 fragments.
 *
 * <p>Operands are read as the floats that they are and rounded on their way into local memory, where two neighbours
 * share an int: of the first operand two terms of a row, in blocks of 16 rows of 16 terms; of the second two columns of
 * a term, in blocks of 8 columns, 16 terms each. So {@code ldmatrix} wants it, whose strides TornadoVM has wired in.
 * Items are dealt out so that a warp reads whole sectors of 32 bytes and stores to as many banks as the layout allows.
 * There are two buffers; the next step's loads come before the arithmetic, and a barrier behind them keeps the compiler
 * from moving them.
 *
 * <p>Fragments are scalars to TornadoVM: they go to no helper, and there is no branch while they are alive. So what lies
 * beyond the end of a sum is read in place of the last term, times 0, and rows and columns beyond the last are computed
 * from the last and stored: {@code mma}'s results can be stored only whole, to memory that is padded.
 */
final class MmaProductGroup {
    /** Rows of results of a group. */
    static final int ROWS = 128;

    /** Columns of results of a group. */
    static final int COLUMNS = 128;

    /** Terms of each sum that are in local memory at a time. */
    static final int DEPTH = 16;

    /** Items of a group, all along x. */
    static final int ITEMS = 256;

    /** The first operand is stored (P, I), not (I, P). */
    static final int FIRST_DOWN = 1;

    /** The second operand is stored (P, J), not (J, P). */
    static final int SECOND_DOWN = 2;

    /** Some size is no multiple of a tile's. */
    static final int EDGES = 4;

    /** Ints of one buffer of an operand, and its bytes. */
    private static final int BUFFER = ROWS * DEPTH / 2;

    private static final int BUFFER_BYTES = 4 * BUFFER;

    private MmaProductGroup() {}

    /**
     * {@code out[z,i,j] = sum over p of part z of a[i,p] b[p,j]}, operands rounded to bfloat16. All of a tile is written.
     *
     * @param first number of a's offset; those of b and out follow, and the steps of {@value #DEPTH} terms in a part: from
     *     the table, so that TornadoVM does not unroll them, which takes up to 168 registers
     * @param part terms that a layer of groups adds up, a multiple of {@value #DEPTH}
     * @param rows rows of a layer of out
     * @param line floats of a row of out
     * @param mode sum of the flags above
     */
    public static void kMatMulMma(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray a,
            FloatArray b,
            FloatArray out,
            int I,
            int J,
            int P,
            int part,
            int rows,
            int line,
            int mode) {
        int[] aTile = context.allocateIntLocalArray(2 * BUFFER);
        int[] bTile = context.allocateIntLocalArray(2 * BUFFER);
        int item = context.localIdx;
        int warpRow = item >> 6;
        int warpColumn = (item >> 5) & 1;
        int i0 = ROWS * context.groupIdx;
        int j0 = COLUMNS * context.groupIdy;
        int edges = mode & EDGES;
        int aDown = mode & FIRST_DOWN;
        int bDown = mode & SECOND_DOWN;
        int aAcross = aDown > 0 ? 1 : P;
        int aAlong = aDown > 0 ? I : 1;
        int bAcross = bDown > 0 ? 1 : P;
        int bAlong = bDown > 0 ? J : 1;
        int aPair = aDown > 0 ? ((item >> 3) & 3) + ((item >> 5) & 1) * 4 : item & 7;
        int aRow = aDown > 0 ? (item & 7) + (item >> 6) * 8 : item >> 3;
        int bTerm = bDown > 0 ? (item >> 2) & 15 : (item & 7) + ((item >> 5) & 1) * 8;
        int bPair = bDown > 0 ? item & 3 : (item >> 3) & 3;
        int aTo = aRow * 8 + aPair;
        int bTo = (item >> 6) * 64 + bTerm * 4 + bPair;
        int aI = i0 + aRow;
        int bJ = j0 + (item >> 6) * 8 + bPair * 2;
        int aAt = offsets.get(first);
        int bAt = offsets.get(first + 1);
        int a0 = aAt + (edges > 0 ? Math.min(aI + 0, I - 1) : aI + 0) * aAcross;
        int a1 = aAt + (edges > 0 ? Math.min(aI + 32, I - 1) : aI + 32) * aAcross;
        int a2 = aAt + (edges > 0 ? Math.min(aI + 64, I - 1) : aI + 64) * aAcross;
        int a3 = aAt + (edges > 0 ? Math.min(aI + 96, I - 1) : aI + 96) * aAcross;
        int b0 = bAt + (edges > 0 ? Math.min(bJ + 0, J - 1) : bJ + 0) * bAcross;
        int n0 = bAt + (edges > 0 ? Math.min(bJ + 1, J - 1) : bJ + 1) * bAcross;
        int b1 = bAt + (edges > 0 ? Math.min(bJ + 32, J - 1) : bJ + 32) * bAcross;
        int n1 = bAt + (edges > 0 ? Math.min(bJ + 33, J - 1) : bJ + 33) * bAcross;
        int b2 = bAt + (edges > 0 ? Math.min(bJ + 64, J - 1) : bJ + 64) * bAcross;
        int n2 = bAt + (edges > 0 ? Math.min(bJ + 65, J - 1) : bJ + 65) * bAcross;
        int b3 = bAt + (edges > 0 ? Math.min(bJ + 96, J - 1) : bJ + 96) * bAcross;
        int n3 = bAt + (edges > 0 ? Math.min(bJ + 97, J - 1) : bJ + 97) * bAcross;
        int p0 = context.groupIdz * part;
        int last = p0 + part - DEPTH;
        float[] c00 = context.mmaFragment(0f);
        float[] c01 = context.mmaFragment(0f);
        float[] c02 = context.mmaFragment(0f);
        float[] c03 = context.mmaFragment(0f);
        float[] c04 = context.mmaFragment(0f);
        float[] c05 = context.mmaFragment(0f);
        float[] c06 = context.mmaFragment(0f);
        float[] c07 = context.mmaFragment(0f);
        float[] c10 = context.mmaFragment(0f);
        float[] c11 = context.mmaFragment(0f);
        float[] c12 = context.mmaFragment(0f);
        float[] c13 = context.mmaFragment(0f);
        float[] c14 = context.mmaFragment(0f);
        float[] c15 = context.mmaFragment(0f);
        float[] c16 = context.mmaFragment(0f);
        float[] c17 = context.mmaFragment(0f);
        int aLow = (edges > 0 ? Math.min(p0 + 2 * aPair, P - 1) : p0 + 2 * aPair) * aAlong;
        int aHigh = (edges > 0 ? Math.min(p0 + 2 * aPair + 1, P - 1) : p0 + 2 * aPair + 1) * aAlong;
        int bMove = (edges > 0 ? Math.min(p0 + bTerm, P - 1) : p0 + bTerm) * bAlong;
        float al0 = a.get(a0 + aLow);
        float ah0 = a.get(a0 + aHigh);
        float al1 = a.get(a1 + aLow);
        float ah1 = a.get(a1 + aHigh);
        float al2 = a.get(a2 + aLow);
        float ah2 = a.get(a2 + aHigh);
        float al3 = a.get(a3 + aLow);
        float ah3 = a.get(a3 + aHigh);
        float bl0 = b.get(b0 + bMove);
        float bh0 = b.get(n0 + bMove);
        float bl1 = b.get(b1 + bMove);
        float bh1 = b.get(n1 + bMove);
        float bl2 = b.get(b2 + bMove);
        float bh2 = b.get(n2 + bMove);
        float bl3 = b.get(b3 + bMove);
        float bh3 = b.get(n3 + bMove);
        float low = edges > 0 ? Math.max(Math.min(P - p0 - 2 * aPair, 1), 0) : 1f;
        float high = edges > 0 ? Math.max(Math.min(P - p0 - 2 * aPair - 1, 1), 0) : 1f;
        aTile[aTo + 0] = pair(al0 * low, ah0 * high);
        aTile[aTo + 256] = pair(al1 * low, ah1 * high);
        aTile[aTo + 512] = pair(al2 * low, ah2 * high);
        aTile[aTo + 768] = pair(al3 * low, ah3 * high);
        bTile[bTo + 0] = pair(bl0, bh0);
        bTile[bTo + 256] = pair(bl1, bh1);
        bTile[bTo + 512] = pair(bl2, bh2);
        bTile[bTo + 768] = pair(bl3, bh3);
        context.localBarrier();
        int steps = offsets.get(first + 3);
        for (int step = 0; step < steps; step++) {
            p0 = Math.min(p0 + DEPTH, last);
            aLow = (edges > 0 ? Math.min(p0 + 2 * aPair, P - 1) : p0 + 2 * aPair) * aAlong;
            aHigh = (edges > 0 ? Math.min(p0 + 2 * aPair + 1, P - 1) : p0 + 2 * aPair + 1) * aAlong;
            bMove = (edges > 0 ? Math.min(p0 + bTerm, P - 1) : p0 + bTerm) * bAlong;
            al0 = a.get(a0 + aLow);
            ah0 = a.get(a0 + aHigh);
            al1 = a.get(a1 + aLow);
            ah1 = a.get(a1 + aHigh);
            al2 = a.get(a2 + aLow);
            ah2 = a.get(a2 + aHigh);
            al3 = a.get(a3 + aLow);
            ah3 = a.get(a3 + aHigh);
            bl0 = b.get(b0 + bMove);
            bh0 = b.get(n0 + bMove);
            bl1 = b.get(b1 + bMove);
            bh1 = b.get(n1 + bMove);
            bl2 = b.get(b2 + bMove);
            bh2 = b.get(n2 + bMove);
            bl3 = b.get(b3 + bMove);
            bh3 = b.get(n3 + bMove);
            low = edges > 0 ? Math.max(Math.min(P - p0 - 2 * aPair, 1), 0) : 1f;
            high = edges > 0 ? Math.max(Math.min(P - p0 - 2 * aPair - 1, 1), 0) : 1f;
            context.localBarrier();
            int now = (step & 1) * BUFFER_BYTES;
            int aFrom = warpRow * 1024 + now;
            int bFrom = warpColumn * 2048 + now;
            HalfFloat[] fa0 = context.mmaLoadA(aTile, 16, aFrom);
            HalfFloat[] fa1 = context.mmaLoadA(aTile, 16, aFrom + 512);
            HalfFloat[] fb0 = context.mmaLoadB(bTile, 16, bFrom + 0);
            HalfFloat[] fb1 = context.mmaLoadB(bTile, 16, bFrom + 256);
            HalfFloat[] fb2 = context.mmaLoadB(bTile, 16, bFrom + 512);
            HalfFloat[] fb3 = context.mmaLoadB(bTile, 16, bFrom + 768);
            HalfFloat[] fb4 = context.mmaLoadB(bTile, 16, bFrom + 1024);
            HalfFloat[] fb5 = context.mmaLoadB(bTile, 16, bFrom + 1280);
            HalfFloat[] fb6 = context.mmaLoadB(bTile, 16, bFrom + 1536);
            HalfFloat[] fb7 = context.mmaLoadB(bTile, 16, bFrom + 1792);
            c00 = context.mmaBF16(fa0, fb0, c00, MMAShape.M16N8K16);
            c01 = context.mmaBF16(fa0, fb1, c01, MMAShape.M16N8K16);
            c02 = context.mmaBF16(fa0, fb2, c02, MMAShape.M16N8K16);
            c03 = context.mmaBF16(fa0, fb3, c03, MMAShape.M16N8K16);
            c04 = context.mmaBF16(fa0, fb4, c04, MMAShape.M16N8K16);
            c05 = context.mmaBF16(fa0, fb5, c05, MMAShape.M16N8K16);
            c06 = context.mmaBF16(fa0, fb6, c06, MMAShape.M16N8K16);
            c07 = context.mmaBF16(fa0, fb7, c07, MMAShape.M16N8K16);
            c10 = context.mmaBF16(fa1, fb0, c10, MMAShape.M16N8K16);
            c11 = context.mmaBF16(fa1, fb1, c11, MMAShape.M16N8K16);
            c12 = context.mmaBF16(fa1, fb2, c12, MMAShape.M16N8K16);
            c13 = context.mmaBF16(fa1, fb3, c13, MMAShape.M16N8K16);
            c14 = context.mmaBF16(fa1, fb4, c14, MMAShape.M16N8K16);
            c15 = context.mmaBF16(fa1, fb5, c15, MMAShape.M16N8K16);
            c16 = context.mmaBF16(fa1, fb6, c16, MMAShape.M16N8K16);
            c17 = context.mmaBF16(fa1, fb7, c17, MMAShape.M16N8K16);
            int next = (1 - (step & 1)) * BUFFER;
            aTile[aTo + 0 + next] = pair(al0 * low, ah0 * high);
            aTile[aTo + 256 + next] = pair(al1 * low, ah1 * high);
            aTile[aTo + 512 + next] = pair(al2 * low, ah2 * high);
            aTile[aTo + 768 + next] = pair(al3 * low, ah3 * high);
            bTile[bTo + 0 + next] = pair(bl0, bh0);
            bTile[bTo + 256 + next] = pair(bl1, bh1);
            bTile[bTo + 512 + next] = pair(bl2, bh2);
            bTile[bTo + 768 + next] = pair(bl3, bh3);
            context.localBarrier();
        }
        int i = context.groupIdz * rows + i0 + warpRow * 32;
        int j = offsets.get(first + 2) + j0 + warpColumn * 64;
        context.mmaStore(c00, out, i + 0, j + 0, line);
        context.mmaStore(c01, out, i + 0, j + 8, line);
        context.mmaStore(c02, out, i + 0, j + 16, line);
        context.mmaStore(c03, out, i + 0, j + 24, line);
        context.mmaStore(c04, out, i + 0, j + 32, line);
        context.mmaStore(c05, out, i + 0, j + 40, line);
        context.mmaStore(c06, out, i + 0, j + 48, line);
        context.mmaStore(c07, out, i + 0, j + 56, line);
        context.mmaStore(c10, out, i + 16, j + 0, line);
        context.mmaStore(c11, out, i + 16, j + 8, line);
        context.mmaStore(c12, out, i + 16, j + 16, line);
        context.mmaStore(c13, out, i + 16, j + 24, line);
        context.mmaStore(c14, out, i + 16, j + 32, line);
        context.mmaStore(c15, out, i + 16, j + 40, line);
        context.mmaStore(c16, out, i + 16, j + 48, line);
        context.mmaStore(c17, out, i + 16, j + 56, line);
    }

    /**
     * Two floats as bfloat16 in an int, the first one in the low half. Through {@code long}: where the halves are put
     * together as ints, TornadoVM 5.2.0 computes in 16 bits and loses the high one.
     */
    private static int pair(float low, float high) {
        return (int) (((long) BFloat16.bf16FromFloat(low) & 0xFFFFL) | ((long) BFloat16.bf16FromFloat(high) << 16));
    }
}
