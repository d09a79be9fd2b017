package org.tornadogpt.model;

/**
 * The passes whose gradients are added up to one step's, and which of them a session computes.
 *
 * @param first number of the session's first one
 * @param count how many the session computes
 * @param total how many there are
 */
public record MicroSteps(int first, int count, int total) {
    public MicroSteps {
        Checks.positive("microSteps", count);
        if (first < 0 || (long) first + count > total) {
            throw new IllegalArgumentException(
                    "micro-steps " + first + " to " + (first + count - 1L) + " of " + total + " are not there");
        }
    }

    /** All of {@code count} by one session. */
    public static MicroSteps all(int count) {
        return new MicroSteps(0, count, count);
    }
}
