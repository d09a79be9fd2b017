package org.tornadogpt.distributed.mpi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a process does between two looks at a transfer. Each look also moves it on: the library has no thread of its
 * own.
 */
enum Pause {
    /** All take part already: what is waited for is memory being moved. */
    DATA(TimeUnit.SECONDS.toNanos(1)),
    /** Others may be computing still, and may need this processor for it. */
    OTHERS(TimeUnit.MICROSECONDS.toNanos(300));

    private static final long SHORT = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONG = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONG_AFTER = TimeUnit.MILLISECONDS.toNanos(500);

    private final long yieldFor;

    Pause(long yieldFor) {
        this.yieldFor = yieldFor;
    }

    @SuppressWarnings("ThreadPriorityCheck") // what is waited for is another process on the same cores
    void take(long waited) {
        if (waited < yieldFor) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(waited < LONG_AFTER ? SHORT : LONG);
        }
    }
}
