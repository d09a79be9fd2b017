package org.tornadogpt.bench;

import java.util.Map;

/**
 * What one side did in one round.
 *
 * @param millis of a step
 * @param loss of that step
 * @param operations milliseconds of each operation in a further step; empty if nobody asked
 */
record Turn(double millis, float loss, Map<String, Double> operations) {
    Turn {
        operations = Map.copyOf(operations);
    }
}
