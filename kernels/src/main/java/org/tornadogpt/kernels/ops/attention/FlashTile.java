package org.tornadogpt.kernels.ops.attention;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Sizes and small functions of the flash kernels for work-groups. */
final class FlashTile {
    /** Queries or keys of a group, and keys or queries that it takes at a time. */
    static final int TILE = 64;

    /** Items of a group in each dimension. */
    static final int SIDE = 16;

    /** Channels of a slice of the operands of the scores, and rows of a slice of the other products' operands. */
    static final int DEPTH = 16;

    /** Length of a slice's lines: it keeps the items of a warp in different banks of local memory as they store columns. */
    static final int SLICE = TILE + 2;

    /** Length of the lines of a tile of probabilities. */
    static final int LINE = TILE + 1;

    /** Largest head size, and length of the lines of a slice of rows. */
    static final int WIDE = 128;

    /** The score of a key that comes after the query: finite, since OpenCL compilers may assume that nothing is infinite. */
    static final float MASKED = -1e30f;

    private FlashTile() {}

    /** Element (row, d) of a matrix, 0 where d is outside; what it is for a row outside is of no consequence. */
    static float element(FloatArray a, int at, int row, int rows, int stride, int d, int D) {
        int inD = d < D ? d : D - 1;
        float value = a.get(at + within(row, rows) * stride + inD);
        return d < D ? value : 0f;
    }

    /** The row, or the last one where it is outside. */
    static int within(int row, int rows) {
        return row < rows ? row : rows - 1;
    }

    /** Rows of the tile from {@code from} on that are before {@code end}. */
    static int span(int from, int end) {
        int left = end - from;
        return left < TILE ? left : TILE;
    }

    /** How far query i is ahead of key j; far behind if there is no query i. */
    static int aheadWithin(int i, int j, int T) {
        return i < T ? i - j : -T - TILE;
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

    static float greatest(float a, float b, float c, float d) {
        return greater(greater(a, b), greater(c, d));
    }

    /** Number r of four. */
    static float pick(int r, float v0, float v1, float v2, float v3) {
        float value = v0;
        if (r == 1) {
            value = v1;
        }
        if (r == 2) {
            value = v2;
        }
        if (r == 3) {
            value = v3;
        }
        return value;
    }
}
