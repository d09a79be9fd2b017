package org.tornadogpt.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Mean losses after so many tokens of context, in ranges that double: 1, 2, 3 to 4, 5 to 8, ...
 *
 * @param from fewest tokens of context
 * @param to most tokens of context
 */
public record PositionRanges(int from, int to, double loss) {
    /** Of losses by position; positions that no window had are left out. */
    public static List<PositionRanges> of(double... losses) {
        int known = (int) Arrays.stream(losses).filter(l -> !Double.isNaN(l)).count();
        List<PositionRanges> ranges = new ArrayList<>();
        int from = 1;
        for (int to = 1; from <= known; to *= 2) {
            int end = Math.min(to, known);
            ranges.add(new PositionRanges(
                    from, end, Arrays.stream(losses, from - 1, end).average().orElseThrow()));
            from = end + 1;
        }
        return ranges;
    }

    @Override
    public String toString() {
        return from == to ? String.valueOf(from) : from + "-" + to;
    }
}
