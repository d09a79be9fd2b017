package org.tornadogpt.kernels.kernel.random;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.2): a
 * bijection of a counter of four 32-bit words under a key of two. Any word of any counter can be had on its own, so a
 * kernel computes the numbers it needs where it needs them. Written so that TornadoVM compiles it: no unsigned shifts,
 * no arrays.
 *
 * <p><b>Dropout masks.</b> The element at ({@code row}, {@code column}) of site S in a micro-step and a step is ruled
 * by 16 bits:
 *
 * <pre>
 *   c0 = column / 8     c1 = row     c2 = S + 65536 * microStep     c3 = step
 *   number = half word column % 8 of philox(key = (seedLow, seedHigh), counter = (c0, c1, c2, c3)), low halves first
 *   kept   exactly when   number &gt;= threshold
 * </pre>
 *
 * so a block of four words rules 8 neighbouring columns. 16 bits tell probabilities apart to 1/65536 (FlashAttention
 * takes 8: Dao 2023, {@code dropout.h}). Sites are below 65536. Row and column of each operation's mask are in the
 * operation's documentation.
 */
public final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;

    private Philox() {}

    /**
     * Word number {@code which} (0 to 3) of the block of counter (c0, c1, c2, c3) under the key (seedLow, seedHigh).
     */
    public static int word(int seedLow, int seedHigh, int c0, int c1, int c2, int c3, int which) {
        int key0 = seedLow;
        int key1 = seedHigh;
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (x0 & 0xFFFFFFFFL) * MULTIPLIER_0;
            long product1 = (x2 & 0xFFFFFFFFL) * MULTIPLIER_1;
            x0 = (int) (product1 >> 32) ^ x1 ^ key0;
            x1 = (int) product1;
            x2 = (int) (product0 >> 32) ^ x3 ^ key1;
            x3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        int word = x0;
        if (which == 1) {
            word = x1;
        }
        if (which == 2) {
            word = x2;
        }
        if (which == 3) {
            word = x3;
        }
        return word;
    }

    /**
     * The 16 bits that rule the element at (row, column); see the head of this class. Shifts and masks, because
     * TornadoVM 5.2.0 does not compile these divisions where the column counts an inner loop.
     */
    public static int maskBits(int seedLow, int seedHigh, int step, int microStep, int site, int row, int column) {
        int which = (column >> 1) & 3;
        int word = word(seedLow, seedHigh, column >> 3, row, site + 65536 * microStep, step, which);
        return (word >> ((column & 1) << 4)) & 0xFFFF;
    }

    /**
     * For kernels: what the element at (row, column) is multiplied by, {@code scale} where it is kept and 0 where it is
     * dropped.
     *
     * @param counters the four ints of a {@link org.tornadogpt.kernels.kernel.random.Dropout}; not read where {@code
     *     threshold} is 0
     * @param threshold 0 keeps every element
     */
    public static float mask(IntArray counters, int site, int row, int column, int threshold, float scale) {
        float factor = scale;
        if (threshold > 0) {
            int bits = maskBits(counters.get(0), counters.get(1), counters.get(2), counters.get(3), site, row, column);
            if (bits < threshold) {
                factor = 0f;
            }
        }
        return factor;
    }
}
