package org.tornadogpt.model;

import java.io.IOException;

/**
 * A checkpoint that cannot be used; the message says which file and why, in one line, whatever names the file holds.
 */
public final class CheckpointException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 600;

    public CheckpointException(String message) {
        super(oneLine(message));
    }

    public CheckpointException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        String cut = message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
        return cut.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
    }
}
