package org.tornadogpt.serve.engine;

import java.util.concurrent.CompletableFuture;

/**
 * Work on a model that is no text, such as a search, done by the engine's thread step by step between the steps of the
 * running batch.
 *
 * @param <T> what comes of it
 */
public abstract class Task<T> {
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /** Does a part that is about as long as a step of the batch; returns whether there is more to do. */
    protected abstract boolean step();

    /** What came of it, after the last step. */
    protected abstract T result();

    /** Called once, whatever happened. */
    protected void close() {
        // nothing is held
    }

    /** Completed by the engine; cancelling it ends the task. */
    public CompletableFuture<T> future() {
        return result;
    }
}
