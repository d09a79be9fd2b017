package org.tornadogpt.trainer.data;

import java.util.Arrays;

/** How often pairs of tokens occur, up to a number of different pairs: a table with open addressing. */
final class PairCounts {
    /** Memory for more, 16 bytes each and as much to spare, is not taken. */
    static final int MOST = 1 << 22;

    private static final long FREE = -1;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private long[] pairs = newTable(1 << 12);
    private long[] counts = new long[1 << 12];
    private int size;

    private static long[] newTable(int length) {
        long[] table = new long[length];
        Arrays.fill(table, FREE);
        return table;
    }

    /**
     * Counts a pair.
     *
     * @return false if there are too many different ones
     */
    boolean add(int first, int second) {
        if (2 * size >= pairs.length && !grow()) {
            return false;
        }
        long pair = ((long) first << Integer.SIZE) | second;
        int at = place(pairs, pair);
        if (pairs[at] == FREE) {
            pairs[at] = pair;
            size++;
        }
        counts[at]++;
        return true;
    }

    private static int place(long[] table, long pair) {
        int at = (int) ((pair * MULTIPLIER) >>> (Long.SIZE - Integer.numberOfTrailingZeros(table.length)));
        while (table[at] != FREE && table[at] != pair) {
            at = (at + 1) & (table.length - 1);
        }
        return at;
    }

    private boolean grow() {
        if (pairs.length >= 2 * MOST) {
            return false;
        }
        long[] larger = newTable(2 * pairs.length);
        long[] moved = new long[larger.length];
        for (int i = 0; i < pairs.length; i++) {
            if (pairs[i] != FREE) {
                int at = place(larger, pairs[i]);
                larger[at] = pairs[i];
                moved[at] = counts[i];
            }
        }
        pairs = larger;
        counts = moved;
        return true;
    }

    /** Different pairs. */
    int distinct() {
        return size;
    }

    /** Entropy of a pair, in bits. */
    double entropy() {
        return Entropy.of(counts);
    }
}
