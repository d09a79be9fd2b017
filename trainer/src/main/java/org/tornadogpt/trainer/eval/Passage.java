package org.tornadogpt.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A stretch of a text and its mean loss.
 *
 * @param from first token, from the beginning of the text
 * @param to end, exclusive
 */
public record Passage(int from, int to, double loss) {
    /** Cuts a text into stretches of {@code length} tokens, a rest left out; the lowest loss first. */
    public static List<Passage> of(TextScores scores, int length) {
        List<Passage> passages = new ArrayList<>();
        for (int from = 0; from + length <= scores.losses().length; from += length) {
            double loss = Arrays.stream(scores.losses(), from, from + length)
                    .average()
                    .orElseThrow();
            passages.add(new Passage(from + 1, from + length + 1, loss));
        }
        passages.sort(Comparator.comparingDouble(Passage::loss));
        return passages;
    }
}
