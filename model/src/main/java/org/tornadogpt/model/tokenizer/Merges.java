package org.tornadogpt.model.tokenizer;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Which two tokens become which one, and in what order (Sennrich et al. 2016): always the pair of the lowest rank, the
 * first of them in the text. An open hash table over pairs.
 */
final class Merges {
    /** No merge. */
    static final int NONE = Integer.MAX_VALUE;

    /** Up to so many symbols a search of all pairs is quicker than a heap. */
    private static final int SEARCHED = 64;

    private static final long EMPTY = -1;

    private final long[] pairs;
    private final int[] ranks;
    private final int[] results;
    private final int mask;
    private int count;

    /** @param capacity merges that will be added, at most */
    Merges(int capacity) {
        int slots = Math.max(16, Integer.highestOneBit(Math.max(1, capacity)) << 2);
        pairs = new long[slots];
        ranks = new int[slots];
        results = new int[slots];
        mask = slots - 1;
        Arrays.fill(pairs, EMPTY);
    }

    private static long pair(int left, int right) {
        return ((long) left << Integer.SIZE) | right;
    }

    private int slot(long pair) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> Integer.SIZE) & mask;
        while (pairs[slot] != EMPTY && pairs[slot] != pair) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Adds the merge of the next rank; a pair that was there gets the new one. */
    void add(int left, int right, int result) {
        int slot = slot(pair(left, right));
        pairs[slot] = pair(left, right);
        ranks[slot] = count++;
        results[slot] = result;
    }

    int size() {
        return count;
    }

    /** The rank of a pair, {@link #NONE} if it is not merged. */
    int rank(int left, int right) {
        int slot = slot(pair(left, right));
        return pairs[slot] == EMPTY ? NONE : ranks[slot];
    }

    private int result(int left, int right) {
        return results[slot(pair(left, right))];
    }

    /** Merges in place; returns how many symbols are left. */
    int merge(int[] symbols, int length) {
        if (count == 0 || length < 2) {
            return length;
        }
        return length <= SEARCHED ? search(symbols, length) : byHeap(symbols, length);
    }

    private int search(int[] symbols, int length) {
        int n = length;
        int[] pairRanks = new int[n];
        for (int i = 0; i + 1 < n; i++) {
            pairRanks[i] = rank(symbols[i], symbols[i + 1]);
        }
        while (n > 1) {
            int best = 0;
            for (int i = 1; i + 1 < n; i++) {
                if (pairRanks[i] < pairRanks[best]) {
                    best = i;
                }
            }
            if (pairRanks[best] == NONE) {
                break;
            }
            symbols[best] = result(symbols[best], symbols[best + 1]);
            System.arraycopy(symbols, best + 2, symbols, best + 1, n - best - 2);
            System.arraycopy(pairRanks, best + 1, pairRanks, best, n - best - 1);
            n--;
            if (best > 0) {
                pairRanks[best - 1] = rank(symbols[best - 1], symbols[best]);
            }
            if (best + 1 < n) {
                pairRanks[best] = rank(symbols[best], symbols[best + 1]);
            }
        }
        return n;
    }

    /** A piece of a million bytes must not take a million squared. */
    private int byHeap(int[] symbols, int length) {
        int[] next = new int[length];
        int[] previous = new int[length];
        PriorityQueue<Long> heap = new PriorityQueue<>();
        for (int i = 0; i < length; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            offer(heap, symbols, i, i + 1, length);
        }
        boolean[] gone = new boolean[length];
        while (!heap.isEmpty()) {
            long entry = heap.poll();
            int left = (int) entry;
            int right = gone[left] ? length : next[left];
            if (right >= length || rank(symbols[left], symbols[right]) != (int) (entry >>> Integer.SIZE)) {
                continue; // one of the two has become part of another
            }
            symbols[left] = result(symbols[left], symbols[right]);
            gone[right] = true;
            next[left] = next[right];
            if (next[left] < length) {
                previous[next[left]] = left;
                offer(heap, symbols, left, next[left], length);
            }
            if (previous[left] >= 0) {
                offer(heap, symbols, previous[left], left, length);
            }
        }
        int n = 0;
        for (int i = 0; i < length; i = next[i]) {
            symbols[n++] = symbols[i];
        }
        return n;
    }

    private void offer(PriorityQueue<Long> heap, int[] symbols, int left, int right, int length) {
        if (right < length) {
            int rank = rank(symbols[left], symbols[right]);
            if (rank != NONE) {
                heap.add(pair(rank, left));
            }
        }
    }
}
