package org.tornadogpt.model;

import java.io.IOException;

/** A checkpoint that cannot be used; the message says which file and why, in one line. */
public final class CheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    CheckpointException(String message) {
        super(message);
    }

    CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
