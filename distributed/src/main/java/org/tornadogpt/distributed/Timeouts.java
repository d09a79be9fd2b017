package org.tornadogpt.distributed;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * How long a rank waits for others.
 *
 * @param seconds without an answer, until a rank counts as lost; ten times as long while rank 0 saves
 */
record Timeouts(int seconds) {
    static final String VARIABLE = "TGPT_RANK_TIMEOUT";

    private static final int USUAL = 60;
    private static final int LONG = 10;
    private static final int ANSWER_SECONDS = 5;

    static Timeouts of(Map<String, String> environment) {
        String said = environment.get(VARIABLE);
        if (said == null || said.isEmpty()) {
            return new Timeouts(USUAL);
        }
        if (!said.matches("[1-9]\\d{0,5}")) {
            throw new RanksException(VARIABLE + " must be a number of seconds, got '" + said + "'");
        }
        return new Timeouts(Integer.parseInt(said));
    }

    /** While others compute. */
    long nanos() {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** While one of them does what may take long. */
    long longNanos() {
        return LONG * nanos();
    }

    /** For an answer of a process that does nothing but wait. */
    long answerNanos() {
        return TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
    }
}
