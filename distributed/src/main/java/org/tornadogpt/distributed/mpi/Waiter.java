package org.tornadogpt.distributed.mpi;

/** Asked again and again while a transfer is not done; throws where there is no sense in waiting for longer. */
@FunctionalInterface
public interface Waiter {
    /** Waits for as long as it takes. */
    Waiter FOR_EVER = (operation, nanos) -> {};

    /** A transfer has failed: throws what is to be said of it. */
    default void failed(MpiException failure) {
        throw failure;
    }

    /**
     * Told while a call waits for other ranks.
     *
     * @param nanos how long it has taken so far
     */
    void waiting(String operation, long nanos);
}
