package org.tornadogpt.bench;

/**
 * How many untimed steps come first.
 *
 * @param least this many
 * @param most no more than this many
 * @param nanos and between the two, until this time has passed
 */
record WarmUp(int least, int most, long nanos) {
    private static final WarmUp USUAL = new WarmUp(3, 200, 10_000_000_000L);

    /** @param steps how many, or negative for as many as the JIT compiler needs */
    static WarmUp of(int steps) {
        return steps < 0 ? USUAL : new WarmUp(steps, steps, 0);
    }

    boolean goesOn(int done, long nanosSoFar) {
        return done < most && (done < least || nanosSoFar < nanos);
    }
}
