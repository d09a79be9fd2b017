package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.L;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Philox 4x32-10 (Salmon et al. 2011) for dropout masks, several counters at once: the same bits as {@code Philox}, 64 columns
 * of a row in one call. Words are kept in 64-bit lanes whose upper halves are not cleared; C2 turns a product of two masked factors
 * into the unsigned 32-bit multiply, which does not look at them. Both factors must be masked in the code: that a constant fits,
 * C2 of JDK 25 does not see, and it takes the much slower 64-bit multiply.
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

    /** Consecutive counters that serve 64 columns, each with its four words. */
    private static final int COUNTERS = 16;

    private static final LongVector IOTA = LongVector.zero(L).addIndex(1);

    private PhiloxVector() {}

    /**
     * Which of columns {@code 64*group} to {@code 64*group + 63} of a row are kept: bit i for column {@code 64*group + i}.
     *
     * @param key the seed: low word, high word
     * @param group which 64 columns
     * @param row counter word 1
     * @param site counter word 2: dropout site and micro-step
     * @param step counter word 3
     * @param threshold of 24 random bits
     */
    public static long keepColumns(long key, int group, int row, int site, int step, int threshold) {
        LongVector rows = broadcast(row & LOW);
        long bits = 0;
        for (int i = 0; i < COUNTERS; i += L.length()) {
            bits |= keep(key, IOTA.add((long) group * COUNTERS + i), rows, site, step, threshold) << i;
        }
        return bits;
    }

    /**
     * Which elements of columns {@code 64*group} to {@code 64*group + 63} are kept in 16 consecutive rows: the same bits as {@link
     * #keepColumns}, for code whose lanes are rows.
     *
     * @param masks for column {@code 64*group + c}, the bits of element {@code at + c} become a number whose bit i says whether it is
     *     kept in row {@code row + i}
     */
    public static void keepRows(
            long key, int group, int row, int site, int step, int threshold, float[] masks, int at) {
        LongVector rows = IOTA.add(row & LOW);
        for (int column = 0; column < COUNTERS; column++) {
            LongVector counters = broadcast((long) group * COUNTERS + column);
            long bits = 0;
            for (int i = 0; i < COUNTERS; i += L.length()) {
                bits |= keep(key, counters, rows.add(i), site, step, threshold) << i;
            }
            for (int i = at + column; i < at + COLUMNS; i += COUNTERS, bits >>>= COUNTERS) {
                masks[i] = Float.intBitsToFloat((int) bits & 0xFFFF);
            }
        }
    }

    private static long keep(long key, LongVector counters, LongVector rows, int site, int step, int threshold) {
        LongVector low = broadcast(LOW);
        LongVector m0 = broadcast(M0).and(low);
        LongVector m1 = broadcast(M1).and(low);
        LongVector w0 = broadcast(W0);
        LongVector w1 = broadcast(W1);
        LongVector k0 = broadcast(key);
        LongVector k1 = broadcast(key >>> 32);
        LongVector c0 = counters;
        LongVector c1 = rows;
        LongVector c2 = broadcast((long) site);
        LongVector c3 = broadcast((long) step);
        for (int round = 0; round < ROUNDS; round++) {
            LongVector p0 = c0.and(low).mul(m0);
            LongVector p1 = c2.and(low).mul(m1);
            c0 = high(p1).lanewise(VectorOperators.XOR, c1.lanewise(VectorOperators.XOR, k0));
            c2 = high(p0).lanewise(VectorOperators.XOR, c3.lanewise(VectorOperators.XOR, k1));
            c1 = p1;
            c3 = p0;
            k0 = k0.add(w0);
            k1 = k1.add(w1);
        }
        LongVector least = broadcast((long) threshold << 8);
        return kept(c0, low, least)
                | kept(c1, low, least) << 16
                | kept(c2, low, least) << 32
                | kept(c3, low, least) << 48;
    }

    private static LongVector high(LongVector product) {
        return product.lanewise(VectorOperators.LSHR, 32);
    }

    private static long kept(LongVector words, LongVector low, LongVector least) {
        return words.and(low).compare(VectorOperators.GE, least).toLong();
    }
}
