package org.tornadogpt.serve.engine;

/** There is no room for a request now. */
public final class QueueFullException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message for the client */
    public QueueFullException(String message) {
        super(message);
    }
}
