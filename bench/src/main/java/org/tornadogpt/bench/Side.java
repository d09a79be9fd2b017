package org.tornadogpt.bench;

import java.util.Map;

/**
 * One of two builds whose steps are timed in turn. The other build is loaded by a loader of its own, so that only
 * Java's own types can pass between the two; and it may be of another commit, so that a change here ends comparisons
 * with older builds.
 */
interface Side extends AutoCloseable {
    /** The device in words. */
    String device();

    /** Trains one step and returns its time in milliseconds. */
    double step();

    /** The last step's loss. */
    float loss();

    /** Trains one step operation by operation and returns the milliseconds of each. */
    Map<String, Double> profile();

    @Override
    void close();
}
