package org.tornadogpt.kernels.ops.attention;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What the flash kernels for work-groups have in common whatever their tiles: two sizes, and small functions. */
final class FlashTile {
    /** Items of a group in each dimension. */
    static final int SIDE = 16;

    /** Largest head size. */
    static final int WIDE = 128;

    /**
     * The score of a key that comes after the query: finite, since OpenCL compilers may assume that nothing is
     * infinite.
     */
    static final float MASKED = -1e30f;

    private FlashTile() {}

    /** Element (row, d) of a matrix, 0 where d is outside; what it is for a row outside is of no consequence. */
    static float element(FloatArray a, int at, int row, int rows, int stride, int d, int D) {
        int inD = d < D ? d : D - 1;
        float value = a.get(at + within(row, rows) * stride + inD);
        return d < D ? value : 0f;
    }

    /** A row's place after a turn; a mask would do, but compilers then take apart the sums that it is in. */
    static int turned(int row, int rows) {
        return row < rows ? row : row - rows;
    }

    /** The row, or the last one where it is outside. */
    static int within(int row, int rows) {
        return row < rows ? row : rows - 1;
    }

    /** Of the {@code tile} rows from {@code from} on, those before {@code end}. */
    static int span(int from, int end, int tile) {
        int left = end - from;
        return left < tile ? left : tile;
    }

    /** How far query i is ahead of key j; negative if there is no query i. */
    static int aheadWithin(int i, int j, int T) {
        return i < T ? i - j : -1;
    }

    /** The score, or {@link #MASKED} where the query is not as far as the key. */
    static float visible(float score, int ahead) {
        return ahead >= 0 ? score : MASKED;
    }

    /** {@code exp(score - lse)}, 0 where the query is not as far as the key. */
    static float probability(float score, float lse, int ahead) {
        float p = TornadoMath.exp(visible(score, ahead) - lse);
        return ahead >= 0 ? p : 0f;
    }

    static float greater(float a, float b) {
        return a > b ? a : b;
    }
}
