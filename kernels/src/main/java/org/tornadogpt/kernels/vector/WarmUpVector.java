package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;
import static org.tornadogpt.kernels.vector.TileVector.ROW_STRIDE;

/**
 * Runs the tile kernels until the JIT compiler takes them up, while the caller does something else. Half of a first training step
 * is waiting for their compilation: they are the largest methods, and what they are first called for lacks some of their branches,
 * so that they would be compiled a second and a third time.
 */
public final class WarmUpVector {
    /** Enough for the last tier, with profiles of all branches. */
    private static final int CALLS = 10_000;

    private static final int DEPTH = 16;

    private WarmUpVector() {}

    /** Begins once in the life of the JVM, in a thread of its own that does not keep it alive. */
    public static void begin() {
        Once.begin();
    }

    private static final class Once {
        static {
            Thread thread = new Thread(WarmUpVector::run, "tornado-gpt-warm-up");
            thread.setDaemon(true);
            thread.start();
        }

        /** Initialises this class, the first time. */
        static void begin() {}
    }

    private static void run() {
        float[] a = new float[Math.max(ROWS, DEPTH) * ROW_STRIDE];
        float[] b = new float[DEPTH * COLUMNS];
        float[] c = new float[ROWS * COLUMNS];
        for (int i = 0; i < CALLS; i++) {
            TileVector.rows(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0);
        }
        for (int i = 0; i < CALLS; i++) {
            TileVector.packed(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0);
        }
        for (int i = 0; i < CALLS; i++) {
            TileVector.columns(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0);
        }
    }
}
