package org.tornadogpt.kernels.kernel.steal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A loop that its owner runs and in whose iterations others may {@link #help}. Who does which changes from run to run;
 * iterations must therefore write disjoint memory, each the same whoever does it.
 */
public final class StealableLoop {
    /**
     * With fewer iterations left, helping costs more than it saves where cores are far from each other: the helper
     * fetches what the owner prepared, and the owner waits for it (docs/cpu-kernels.md, "Threads").
     */
    private static final int WORTH_HELPING = 3;

    private final int length;
    private final IntConsumer body;
    private final AtomicInteger next;
    private final AtomicInteger done;

    /**
     * A loop that does not run yet.
     *
     * @param length number of iterations
     * @param body does the iteration of a number; what it reads is set by the owner before {@link #run}
     */
    public StealableLoop(int length, IntConsumer body) {
        this.length = length;
        this.body = body;
        next = new AtomicInteger(length);
        done = new AtomicInteger(length);
    }

    /**
     * Runs the loop; at the end all iterations are done or, where one failed here, given up, and nobody is in it any
     * more. For one owner at a time.
     */
    public void run() {
        done.setPlain(0);
        next.set(0);
        try {
            boolean more = true;
            while (more) {
                more = doNext();
            }
        } finally {
            int givenUp = length - Math.min(length, next.getAndSet(length));
            done.getAndAdd(givenUp);
            while (done.getAcquire() < length) {
                Thread.onSpinWait();
            }
        }
    }

    /**
     * Does one iteration for the owner, unless few are left.
     *
     * @return whether it did one
     */
    public boolean help() {
        return length - next.getAcquire() >= WORTH_HELPING && doNext();
    }

    private boolean doNext() {
        int i = next.getAndIncrement();
        if (i >= length) {
            return false;
        }
        try {
            body.accept(i);
        } finally {
            done.getAndIncrement();
        }
        return true;
    }
}
