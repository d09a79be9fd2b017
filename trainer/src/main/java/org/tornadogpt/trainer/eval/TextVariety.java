package org.tornadogpt.trainer.eval;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How varied texts are, by their pieces: runs of letters and digits, and every other character by itself, so that a
 * text of spaces alone is seen to repeat.
 *
 * @param distinct1 distinct-1: different pieces by all pieces, of all texts together (Li et al. 2016)
 * @param distinct2 the same of pairs of pieces
 * @param distinct3 the same of triples
 * @param repetition share of a text's runs of four pieces that occur in it before, a mean over texts (seq-rep-4 of
 *     Welleck et al. 2020)
 */
public record TextVariety(double distinct1, double distinct2, double distinct3, double repetition) {
    private static final int REPEATED = 4;
    private static final Pattern PIECE = Pattern.compile("[\\p{L}\\p{N}_]+|.", Pattern.DOTALL);

    /** NaN where no text is long enough. */
    public static TextVariety of(List<String> texts) {
        List<List<String>> words = texts.stream()
                .map(text ->
                        PIECE.matcher(text).results().map(MatchResult::group).toList())
                .toList();
        double repetition = words.stream()
                .filter(w -> w.size() >= REPEATED)
                .mapToDouble(w -> 1 - distinct(List.of(w), REPEATED))
                .average()
                .orElse(Double.NaN);
        return new TextVariety(distinct(words, 1), distinct(words, 2), distinct(words, 3), repetition);
    }

    private static double distinct(List<List<String>> texts, int n) {
        Set<List<String>> different = new HashSet<>();
        long all = 0;
        for (List<String> words : texts) {
            for (int from = 0; from + n <= words.size(); from++) {
                different.add(words.subList(from, from + n));
                all++;
            }
        }
        return all == 0 ? Double.NaN : (double) different.size() / all;
    }
}
