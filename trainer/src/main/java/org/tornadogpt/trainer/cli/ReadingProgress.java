package org.tornadogpt.trainer.cli;

import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tornadogpt.trainer.data.ReadingListener;

/**
 * A line on a terminal that tells how much text was read so far, gone when all is; and Ctrl+C ends a reading that takes
 * long. A short one is let come to its end, after which the command stops where it can go on.
 */
final class ReadingProgress implements ReadingListener, AutoCloseable {
    private static final int MILLIS = 300;
    private static final long LONG_NANOS = 1_000_000_000;
    private static final int LONGEST_NAME = 36;
    private static final String CLEAR_LINE = "\r\033[K";

    private final Io io;
    private final String name;
    private final long start = System.nanoTime();
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long bytes;
    private volatile int files;
    private Thread painter;

    ReadingProgress(Io io, String spec) {
        this.io = io;
        int from = Math.max(0, spec.length() - LONGEST_NAME);
        name = (from == 0 ? "" : "...") + spec.substring(from);
        if (io.interactive()) {
            painter = Thread.ofPlatform().daemon().name("reading progress").start(this::paint);
        }
    }

    @Override
    public void read(long newBytes, int newFiles) {
        bytes = newBytes;
        files = newFiles;
        if (System.nanoTime() - start > LONG_NANOS && io.interrupted().getAsBoolean()) {
            throw new CancellationException("interrupted while the text was read; nothing was changed");
        }
    }

    /** A pipe may keep its reader waiting: the line is drawn by a clock, not by what comes. */
    private void paint() {
        try {
            while (!done.await(MILLIS, TimeUnit.MILLISECONDS)) {
                io.err()
                        .print(String.format(
                                Locale.ROOT,
                                "%sreading %s: %,d %s, %.1f MB",
                                CLEAR_LINE,
                                name,
                                files,
                                files == 1 ? "file" : "files",
                                bytes / 1e6));
                io.err().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        if (painter == null) {
            return;
        }
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        io.err().print(CLEAR_LINE);
        io.err().flush();
    }
}
