package org.tornadogpt.trainer.ranks;

import java.io.Serial;

/** The ranks cannot go on together. The message is for the user and names the rank. */
public class RanksException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public RanksException(String message) {
        super(message);
    }

    public RanksException(String message, Throwable cause) {
        super(message, cause);
    }
}
