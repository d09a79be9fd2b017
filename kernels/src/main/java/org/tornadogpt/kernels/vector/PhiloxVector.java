package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.L;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Philox 4x32-10 (Salmon et al. 2011) for dropout masks, several counters at once: the same bits as {@code Philox}, 64 columns
 * of a row in one call. Words are kept in 64-bit lanes whose upper halves are not cleared; C2 turns the masked product into the
 * unsigned 32-bit multiply, which does not look at them.
 */
public final class PhiloxVector {
    private static final long LOW = 0xFFFFFFFFL;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
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
     * Which elements of columns {@code 64*group + column + {0, 16, 32, 48}} are kept in 16 consecutive rows: bit {@code 16*w + i}
     * for column {@code 64*group + column + 16*w} of row {@code row + i}. The same masks as {@link #keepColumns}, for code whose
     * lanes are rows.
     *
     * @param column 0 to 15
     */
    public static long keepRows(long key, int group, int column, int row, int site, int step, int threshold) {
        LongVector counters = broadcast((long) group * COUNTERS + column);
        long bits = 0;
        for (int i = 0; i < COUNTERS; i += L.length()) {
            bits |= keep(key, counters, IOTA.add((row & LOW) + i), site, step, threshold) << i;
        }
        return bits;
    }

    private static long keep(long key, LongVector counters, LongVector rows, int site, int step, int threshold) {
        LongVector c0 = counters;
        LongVector c1 = rows;
        LongVector c2 = broadcast(site & LOW);
        LongVector c3 = broadcast(step & LOW);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            LongVector p0 = c0.and(LOW).mul(broadcast(M0));
            LongVector p1 = c2.and(LOW).mul(broadcast(M1));
            c0 = p1.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c1)
                    .lanewise(VectorOperators.XOR, k0 & LOW);
            c2 = p0.lanewise(VectorOperators.LSHR, 32)
                    .lanewise(VectorOperators.XOR, c3)
                    .lanewise(VectorOperators.XOR, k1 & LOW);
            c1 = p1;
            c3 = p0;
            k0 += W0;
            k1 += W1;
        }
        return kept(c0, threshold) | kept(c1, threshold) << 16 | kept(c2, threshold) << 32 | kept(c3, threshold) << 48;
    }

    private static long kept(LongVector words, int threshold) {
        return words.and(LOW).compare(VectorOperators.GE, (long) threshold << 8).toLong();
    }
}
