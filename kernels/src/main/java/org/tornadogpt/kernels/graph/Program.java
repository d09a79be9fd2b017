package org.tornadogpt.kernels.graph;

import java.util.List;
import java.util.Optional;

/** A recorded sequence of operations, bound to memory and to a device; can be run any number of times. */
public interface Program {
    String name();

    /** Runs every node in order and returns when the results are there. */
    void run();

    /** Runs once and times each node on its own. */
    List<Timing> runTimed();

    /**
     * Runs once more, checking each node's results, to find where a NaN or an infinity first appears. The caller
     * restores what the program accumulates into.
     *
     * @return the label of the first node with a non-finite result, or empty if all are finite
     */
    Optional<String> firstNonFinite();

    /** How long one node took. */
    record Timing(Node node, long nanos) {}
}
