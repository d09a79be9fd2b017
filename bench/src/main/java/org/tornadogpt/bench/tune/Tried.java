package org.tornadogpt.bench.tune;

import java.util.Map;
import java.util.stream.Collectors;
import org.tornadogpt.bench.race.Lap;

/** One combination of values and how it did at one shape. */
public record Tried(Map<String, Integer> values, Lap lap) {
    /** For example {@code TILE=64, ROWS=2}. */
    public static String label(Map<String, Integer> values) {
        return values.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(", "));
    }

    boolean timed() {
        return lap.timed();
    }

    /** Whether this one's interval begins above where the other's ends. */
    boolean surelyFaster(Tried other) {
        return lap.low() > other.lap.high();
    }
}
