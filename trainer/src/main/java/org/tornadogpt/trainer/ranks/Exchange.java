package org.tornadogpt.trainer.ranks;

import java.util.Locale;
import org.tornadogpt.trainer.settings.UsageException;

/** How ranks add up their gradients. */
public enum Exchange {
    /** Each micro-step's by itself, in order: the same bits as one process with as many micro-steps. */
    EXACT,
    /** One all-reduce of each rank's sum. */
    FAST,
    /** Each rank gets the sum of a part, keeps the optimizer's state for that part, and updates it for all. */
    SHARDED;

    /** By the name that users type. */
    public static Exchange of(String name) {
        for (Exchange exchange : values()) {
            if (exchange.toString().equals(name)) {
                return exchange;
            }
        }
        throw new UsageException("--exchange must be exact, fast or sharded, got '" + name + "'");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
