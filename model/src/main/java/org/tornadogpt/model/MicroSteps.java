package org.tornadogpt.model;

/**
 * The passes whose gradients are added up to one step's, and which of them a session computes: with {@code n} ranks
 * every n-th, from its rank on. After each round the gradients of the first micro-steps are there, so that they can be
 * added in order.
 *
 * @param rank of the session among those that share the step
 * @param ranks how many there are
 * @param total micro-steps of a step, by all of them
 */
public record MicroSteps(int rank, int ranks, int total) {
    public MicroSteps {
        Checks.positive("microSteps", total);
        Checks.positive("ranks", ranks);
        if (rank < 0 || rank >= ranks) {
            throw new IllegalArgumentException("there is no rank " + rank + " among " + ranks);
        }
        if (total % ranks != 0) {
            throw new IllegalArgumentException(
                    "microSteps=" + total + " cannot be dealt out evenly to " + ranks + " ranks");
        }
    }

    /** All of {@code count} by one session. */
    public static MicroSteps all(int count) {
        return new MicroSteps(0, 1, count);
    }

    /** How many the session computes. */
    public int count() {
        return total / ranks;
    }

    /** Number of the session's {@code i}-th one among all. */
    public int number(int i) {
        return rank + i * ranks;
    }
}
