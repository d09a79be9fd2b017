package org.tornadogpt.trainer.data;

import java.util.Arrays;
import org.tornadogpt.model.training.Tokens;

/**
 * Figures of a sequence of tokens.
 *
 * @param tokens how many
 * @param distinct how many different ones
 * @param unigram entropy of a token, in bits: the lowest loss of a model that knows frequencies only
 * @param pairs different pairs of neighbours, -1 if they are too many to be counted
 * @param bigram entropy of a token if the one before it is known, in bits: the lowest loss of a bigram model; NaN if
 *     pairs were not counted
 */
public record TokenStatistics(long tokens, int distinct, double unigram, long pairs, double bigram) {
    /** Counts. */
    public static TokenStatistics of(Tokens tokens, int vocabulary, ReadingListener listener) {
        Counter counter = new Counter(vocabulary, listener);
        tokens.visit(0, tokens.length(), counter);
        return counter.result(tokens.length());
    }

    private static final class Counter implements Tokens.Visitor {
        private final ReadingListener listener;
        private final long[] counts;
        private PairCounts pairs = new PairCounts();
        private int before = -1;
        private long seen;

        Counter(int vocabulary, ReadingListener listener) {
            this.listener = listener;
            counts = new long[vocabulary];
        }

        @Override
        public void visit(int[] tokens, int count) {
            for (int i = 0; i < count; i++) {
                counts[tokens[i]]++;
                if (before >= 0 && pairs != null && !pairs.add(before, tokens[i])) {
                    pairs = null;
                }
                before = tokens[i];
            }
            seen += count;
            listener.read(seen, 1);
        }

        /** H(b|a) = H(a, b) - H(a), where a is every token but the last. */
        TokenStatistics result(long length) {
            int distinct = (int) Arrays.stream(counts).filter(c -> c > 0).count();
            double unigram = Entropy.of(counts);
            if (pairs == null || length < 2) {
                return new TokenStatistics(length, distinct, unigram, pairs == null ? -1 : 0, Double.NaN);
            }
            counts[before]--;
            double bigram = Math.max(0, pairs.entropy() - Entropy.of(counts));
            return new TokenStatistics(length, distinct, unigram, pairs.distinct(), bigram);
        }
    }
}
