package org.tornadogpt.trainer.settings;

/** Something the user typed or configured that cannot be. The message is one line and says what can. Exit code 2. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
