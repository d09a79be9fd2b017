package org.tornadogpt.trainer.cli;

import java.util.Locale;

/**
 * How fast tokens come. The first ones wait for the JIT compiler, so the pace of the last ones (from half to three
 * quarters of them) is told beside that of all.
 */
final class TokenRate {
    private final long start = System.nanoTime();
    private long tokens;
    private long now = start;
    private long markTokens;
    private long mark = start;
    private long nextMarkTokens;
    private long nextMark = start;

    /** Counts one token. */
    void token() {
        tokens++;
        now = System.nanoTime();
        if (tokens >= 2 * Math.max(1, nextMarkTokens)) {
            markTokens = nextMarkTokens;
            mark = nextMark;
            nextMarkTokens = tokens;
            nextMark = now;
        }
    }

    /** One line for people. */
    String report() {
        return String.format(
                Locale.ROOT,
                "%,d tokens in %.2f s: %,.0f tokens/s; the last %,d at %,.0f tokens/s",
                tokens,
                (now - start) / 1e9,
                perSecond(tokens, now - start),
                tokens - markTokens,
                perSecond(tokens - markTokens, now - mark));
    }

    private static double perSecond(long tokens, long nanos) {
        return nanos == 0 ? 0 : tokens * 1e9 / nanos;
    }
}
