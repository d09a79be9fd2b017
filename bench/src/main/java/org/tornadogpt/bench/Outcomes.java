package org.tornadogpt.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** What all repeats gave. */
record Outcomes(List<Outcome> repeats) {
    Outcomes {
        repeats = List.copyOf(repeats);
    }

    Ratios steps() {
        return ratios(Turn::millis);
    }

    /** By operation, the longest first; an operation that one side does not have takes it no time. */
    Map<String, Ratios> operations() {
        Set<String> names = new TreeSet<>();
        repeats.forEach(outcome -> names.addAll(outcome.operations()));
        List<Map.Entry<String, Ratios>> entries = new ArrayList<>();
        for (String name : names) {
            entries.add(Map.entry(name, ratios(turn -> turn.operations().getOrDefault(name, 0.0))));
        }
        entries.sort(Comparator.comparingDouble(entry -> -longer(entry.getValue())));
        Map<String, Ratios> sorted = new LinkedHashMap<>();
        entries.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static double longer(Ratios ratios) {
        return Math.max(ratios.millis(), ratios.againstMillis());
    }

    private Ratios ratios(ToDoubleFunction<Turn> time) {
        return Ratios.of(repeats.stream().map(outcome -> outcome.times(time)).toList());
    }

    double largestLossDifference() {
        return repeats.stream()
                .mapToDouble(Outcome::largestLossDifference)
                .max()
                .orElseThrow();
    }

    float lastLoss() {
        return repeats.getLast().here().getLast().loss();
    }

    float againstLastLoss() {
        return repeats.getLast().against().getLast().loss();
    }
}
