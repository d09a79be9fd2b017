package org.tornadogpt.trainer.metrics;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is seen of a model at an evaluation, beside its losses.
 *
 * @param step updates done
 * @param sample text that it writes
 * @param weights its parameters by name
 */
public record Observation(long step, String sample, SortedMap<String, ValueHistogram> weights) {
    public Observation {
        weights = new TreeMap<>(weights == null ? Map.of() : weights);
    }
}
