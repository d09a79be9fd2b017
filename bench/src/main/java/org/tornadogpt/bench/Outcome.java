package org.tornadogpt.bench;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What both sides did in one repeat, round by round.
 *
 * @param here this build's turns
 * @param against the other's
 */
record Outcome(List<Turn> here, List<Turn> against) {
    Outcome {
        here = List.copyOf(here);
        against = List.copyOf(against);
    }

    Ratios.Times times(ToDoubleFunction<Turn> time) {
        return new Ratios.Times(
                here.stream().mapToDouble(time).toArray(),
                against.stream().mapToDouble(time).toArray());
    }

    /** The operations that either side has. */
    Set<String> operations() {
        Set<String> names = new TreeSet<>();
        here.forEach(turn -> names.addAll(turn.operations().keySet()));
        against.forEach(turn -> names.addAll(turn.operations().keySet()));
        return names;
    }

    /** How far the losses of one round's steps are apart at most: 0 if both sides computed the same. */
    double largestLossDifference() {
        return IntStream.range(0, here.size())
                .mapToDouble(i ->
                        Math.abs((double) here.get(i).loss() - against.get(i).loss()))
                .max()
                .orElseThrow();
    }
}
