package org.tornadogpt.trainer.data;

/** Text that cannot be trained on: missing, empty, binary, too short. The message is one line and says what to do. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
