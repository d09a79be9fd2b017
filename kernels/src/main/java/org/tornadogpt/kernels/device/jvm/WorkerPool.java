package org.tornadogpt.kernels.device.jvm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.tornadogpt.kernels.kernel.BlockTask;
import org.tornadogpt.kernels.kernel.steal.StealableTask;

/**
 * A fixed team: the calling thread and {@code threads - 1} daemon workers, which spin briefly between pieces of work
 * before they park. One caller at a time.
 *
 * <p>Each worker begins with a share of its own, the same part of the blocks every time, because what it computed in
 * one piece of work is in its core's cache when the next one asks for it; who is done early takes over from the others,
 * blocks first and then, of a {@link StealableTask}, parts of blocks.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS = 20_000;
    /** Ints in a cache line. */
    private static final int LINE = 16;

    private final Thread[] workers;
    private final AtomicInteger generation = new AtomicInteger();
    /** For each share how many of its blocks are taken, a cache line apart. */
    private final AtomicIntegerArray taken;

    private final AtomicInteger running = new AtomicInteger();
    /** Of a {@link StealableTask}: threads, the caller's among them, that are still at blocks. */
    private final AtomicInteger busy = new AtomicInteger();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;
    private BlockTask task;
    private int blocks;
    private boolean descending;
    private boolean callerOnly;

    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a pool needs at least one thread, got " + threads);
        }
        taken = new AtomicIntegerArray(threads * LINE);
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = new Thread(() -> work(worker), "tornado-gpt-worker-" + worker);
            workers[i].setDaemon(true);
            workers[i].start();
        }
    }

    /** Number of threads, the caller included. */
    public int threads() {
        return workers.length + 1;
    }

    /** Runs {@code task} for each block and returns when all are done; rethrows the first failure. */
    public void run(int blockCount, BlockTask blockTask) {
        run(blockCount, false, blockTask);
    }

    /**
     * As above.
     *
     * @param backwards whether each share is done from its last block to its first: what the piece of work before did
     *     last is then what this one begins with, while it is still in the cache
     */
    public void run(int blockCount, boolean backwards, BlockTask blockTask) {
        task = blockTask;
        blocks = blockCount;
        descending = backwards;
        for (int share = 0; share < threads(); share++) {
            taken.setPlain(share * LINE, 0);
        }
        boolean oneWorks = blockCount <= 1 && !(blockTask instanceof StealableTask);
        if (workers.length == 0 || oneWorks || callerOnly) {
            claim(0);
        } else {
            shareOut();
        }
        task = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            throw new IllegalStateException("a worker failed: " + thrown, thrown);
        }
    }

    /** Runs {@code work}, whose pieces the calling thread then does all itself. */
    public void alone(Runnable work) {
        callerOnly = true;
        try {
            work.run();
        } finally {
            callerOnly = false;
        }
    }

    private void shareOut() {
        running.setPlain(workers.length);
        busy.setPlain(threads());
        generation.getAndIncrement();
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        claim(0);
        helpOthers();
        while (running.getAcquire() > 0) {
            Thread.onSpinWait();
        }
    }

    private void claim(int worker) {
        try {
            for (int i = 0; i < threads(); i++) {
                takeFrom((worker + i) % threads(), worker);
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    private void takeFrom(int share, int worker) {
        int from = (int) ((long) blocks * share / threads());
        int end = (int) ((long) blocks * (share + 1) / threads());
        for (int i = taken.getAndIncrement(share * LINE); i < end - from; i = taken.getAndIncrement(share * LINE)) {
            task.run(descending ? end - 1 - i : from + i, worker);
        }
    }

    /** Until all blocks are done; nothing unless the task can be helped with. */
    private void helpOthers() {
        if (task instanceof StealableTask helped) {
            busy.getAndDecrement();
            while (busy.getAcquire() > 0) {
                if (!helpOnce(helped)) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private boolean helpOnce(StealableTask helped) {
        try {
            return helped.help();
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
            return false;
        }
    }

    private void work(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (generation.get() == seen && !closed) {
                if (spins++ < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = generation.get();
            claim(worker);
            helpOthers();
            running.getAndDecrement();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
