package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.L;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Philox 4x32-10 (Salmon et al. 2011) for dropout masks, several counters at once: the same bits as {@code Philox}.
 * Words are kept in 64-bit lanes whose upper halves are not cleared; C2 turns a product of two masked or shifted
 * factors into the unsigned 32-bit multiply, which does not look at them. It must see that in the code: that a constant
 * fits, C2 of JDK 25 does not see, and it takes the much slower 64-bit multiply; so it does where it has merged a mask
 * with one {@code xor} into one instruction.
 *
 * <p>Of a block of rows or columns all counters but one word are the same, and so are halves of the first rounds: they
 * are computed once, as scalars.
 */
public final class PhiloxVector {
    private static final long LOW = 0xFFFFFFFFL;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final long W0 = 0x9E3779B9L;
    private static final long W1 = 0xBB67AE85L;
    private static final int ROUNDS = 10;

    /** Columns that one call of {@link #keepColumns} covers. */
    public static final int COLUMNS = 64;

    /** Columns that share a counter. */
    static final int BLOCK = 8;

    private static final LongVector IOTA = LongVector.zero(L).addIndex(1);

    private PhiloxVector() {}

    /**
     * Which of columns {@code 64*group} to {@code 64*group + 63} of a row are kept: bit i for column {@code 64*group +
     * i}.
     *
     * @param key the seed: low word, high word
     * @param group which 64 columns
     * @param row counter word 1
     * @param site counter word 2: dropout site and micro-step
     * @param step counter word 3
     * @param threshold of 16 random bits
     */
    public static long keepColumns(long key, int group, int row, int site, int step, int threshold) {
        long bits = 0;
        for (int i = 0; i < COLUMNS / BLOCK; i += L.length()) {
            LongVector counters = IOTA.add((long) group * (COLUMNS / BLOCK) + i);
            bits |= keep(key, 0, counters, row, site, step, threshold) << (BLOCK * i);
        }
        return bits;
    }

    /**
     * Which elements of columns {@code from} to {@code end} are kept in {@link LanesVector#LANES} consecutive rows: the
     * same bits as {@link #keepColumns}, for code whose lanes are rows.
     *
     * @param from a multiple of {@link #BLOCK}
     * @param masks for column c, the bits of element {@code at + c - from} become a number whose bit i says whether it
     *     is kept in row {@code row + i}; up to BLOCK - 1 more are set
     */
    public static void keepRows(
            long key, int from, int end, int row, int site, int step, int threshold, float[] masks, int at) {
        for (int column = from; column < end; column += BLOCK) {
            long first = transposed(eightRows(key, column / BLOCK, row, site, step, threshold));
            long second = LANES > 8 ? transposed(eightRows(key, column / BLOCK, row + 8, site, step, threshold)) : 0;
            int to = at + column - from;
            for (int i = to; i < to + BLOCK; i++, first >>>= 8, second >>>= 8) {
                masks[i] = Float.intBitsToFloat((int) ((first & 0xFF) | (second & 0xFF) << 8));
            }
        }
    }

    /**
     * The block of columns {@code 8*counter} to {@code 8*counter + 7} in eight rows: bit {@code 8*r + i} for column i
     * of them in row r.
     */
    private static long eightRows(long key, int counter, int row, int site, int step, int threshold) {
        long product0 = counter * M0;
        long product1 = (site & LOW) * M1;
        long bits = 0;
        for (int r = 0; r < 8; r += L.length()) {
            LongVector rows = IOTA.add((row & LOW) + r);
            LongVector c0 = rows.lanewise(VectorOperators.XOR, product1 >>> 32 ^ key);
            long c2 = product0 >>> 32 ^ step ^ key >>> 32;
            bits |= keep(key, 1, c0, product1, c2, product0, threshold) << (BLOCK * r);
        }
        return bits;
    }

    /** The 8 by 8 bits of a number, rows as columns (Warren, Hacker's Delight, second edition, section 7-3). */
    private static long transposed(long bits) {
        long x = bits;
        long t = (x ^ x >>> 7) & 0x00AA00AA00AA00AAL;
        x ^= t ^ t << 7;
        t = (x ^ x >>> 14) & 0x0000CCCC0000CCCCL;
        x ^= t ^ t << 14;
        t = (x ^ x >>> 28) & 0x00000000F0F0F0F0L;
        return x ^ t ^ t << 28;
    }

    /**
     * Rounds {@code done} to the last.
     *
     * @param c0 first word of the counter, one in each lane; c1, c2 and c3 are the same for all of them; of all four
     *     the upper halves are ignored
     * @return bit {@code 8*lane + i} says whether half word i of the lane's block keeps its element
     */
    private static long keep(long key, int done, LongVector c0, long c1, long c2, long c3, int threshold) {
        LongVector low = broadcast(LOW);
        LongVector m0 = broadcast(M0).and(low);
        LongVector m1 = broadcast(M1).and(low);
        LongVector w0 = broadcast(W0);
        LongVector w1 = broadcast(W1);
        long k0 = key + done * W0;
        long k1 = (key >>> 32) + done * W1;
        // Two rounds in which one product of each is the same for all lanes.
        LongVector x3 = c0.and(low).mul(m0);
        long product1 = (c2 & LOW) * M1;
        long product0 = ((product1 >>> 32 ^ c1 ^ k0) & LOW) * M0;
        LongVector x1 = high(x3.lanewise(VectorOperators.XOR, (c3 ^ k1) << 32)).mul(m1);
        LongVector key0 = broadcast(k0 + W0);
        LongVector key1 = broadcast(k1 + W1);
        LongVector x0 = xor(high(x1), broadcast(product1), key0);
        LongVector x2 = xor(x3, broadcast(product0 >>> 32), key1);
        x3 = broadcast(product0);
        for (int round = done + 2; round < ROUNDS; round++) {
            key0 = key0.add(w0);
            key1 = key1.add(w1);
            LongVector p0 = x0.and(low).mul(m0);
            LongVector p1 = x2.and(low).mul(m1);
            x0 = xor(high(p1), x1, key0);
            x2 = xor(high(p0), x3, key1);
            x1 = p1;
            x3 = p0;
        }
        return nibbles(kept(x0, x1, low, threshold)) | nibbles(kept(x2, x3, low, threshold)) << 4;
    }

    private static LongVector high(LongVector product) {
        return product.lanewise(VectorOperators.LSHR, 32);
    }

    private static LongVector xor(LongVector a, LongVector b, LongVector c) {
        return a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c);
    }

    /** Four bits for each lane: the low half of a, the high half of a, the low half of b, the high half of b. */
    private static long kept(LongVector a, LongVector b, LongVector low, int threshold) {
        ShortVector halves = a.and(low).or(b.lanewise(VectorOperators.LSHL, 32)).reinterpretAsShorts();
        return halves.compare(VectorOperators.UGE, (short) threshold).toLong();
    }

    /** Each four bits of 32 in eight of 64. */
    private static long nibbles(long bits) {
        long x = (bits | bits << 16) & 0x0000FFFF0000FFFFL;
        x = (x | x << 8) & 0x00FF00FF00FF00FFL;
        return (x | x << 4) & 0x0F0F0F0F0F0F0F0FL;
    }
}
