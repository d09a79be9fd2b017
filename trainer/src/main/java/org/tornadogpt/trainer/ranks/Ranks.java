package org.tornadogpt.trainer.ranks;

import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.GradientReducer;

/**
 * The processes that train one model together, of which this is one. All call the same methods in the same order; each
 * returns when all have called it. For one thread, the one that trains.
 */
public interface Ranks {
    /** A process by itself. */
    static Ranks alone() {
        return new Alone();
    }

    /** Number of this one, from 0. */
    int rank();

    /** How many there are. */
    int size();

    /** Number of this one among those of its machine. */
    int localRank();

    /** How many are on this machine. */
    int localSize();

    /** What moves the data between them, for the user. */
    String description();

    /** Whether this one prints and writes. */
    default boolean isFirst() {
        return rank() == 0;
    }

    /** Whether this one may say why all of them end: true for the first that asks, where they can settle that. */
    default boolean takeLastWord() {
        return true;
    }

    /** Whether {@code mine} is true in any of them. */
    boolean any(boolean mine);

    /** The values of all of them, in their order. */
    double[] gather(double... mine);

    /** The text that rank {@code from} has. */
    String share(String mine, int from);

    /** Replaces {@code values} by those of rank 0. */
    void share(Slice values);

    /** Waits for the others, one of which may take long, as for a save. */
    void awaitLong();

    /**
     * How a session's gradients are added up.
     *
     * @param parameters how many there are
     */
    GradientReducer reducer(Exchange exchange, int parameters);
}
