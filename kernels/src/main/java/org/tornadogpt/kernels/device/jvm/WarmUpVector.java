package org.tornadogpt.kernels.device.jvm;

import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROW_STRIDE;

import org.tornadogpt.kernels.kernel.vector.TileVector;

/**
 * Runs the tile kernels until the JIT compiler takes them up, while the caller does something else. Half of a first
 * training step is waiting for their compilation: they are the largest methods, and what they are first called for
 * lacks some of their branches, so that they would be compiled a second and a third time.
 */
final class WarmUpVector {
    /** Enough for the last tier, with profiles of all branches. */
    private static final int CALLS = 10_000;

    private static final int DEPTH = 16;

    private WarmUpVector() {}

    /**
     * What every model needs. Begins once in the life of the JVM, in a thread of its own that does not keep it alive.
     */
    static void begin() {
        Forward.begin();
    }

    /** What training needs as well, after the former. */
    static void beginTraining() {
        Backward.begin();
    }

    /** Begins, and waits until all is done. */
    static void awaitTraining() {
        try {
            Backward.THREAD.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Forward {
        private static final Thread THREAD = start(WarmUpVector::forward);

        /** Initialises this class, the first time. */
        static void begin() {}
    }

    private static final class Backward {
        private static final Thread THREAD = start(WarmUpVector::backward);

        /** Initialises this class, the first time. */
        static void begin() {}
    }

    private static Thread start(Runnable kernels) {
        Thread thread = new Thread(kernels, "tornado-gpt-warm-up");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void forward() {
        float[] a = new float[ROWS * ROW_STRIDE];
        float[] b = new float[DEPTH * COLUMNS];
        float[] c = new float[ROWS * COLUMNS];
        for (int i = 0; i < CALLS; i++) {
            TileVector.rows(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0, COLUMNS);
        }
    }

    private static void backward() {
        try {
            Forward.THREAD.join();
        } catch (InterruptedException e) {
            return;
        }
        float[] a = new float[DEPTH * ROW_STRIDE];
        float[] b = new float[DEPTH * COLUMNS];
        float[] c = new float[ROWS * COLUMNS];
        for (int i = 0; i < CALLS; i++) {
            TileVector.packed(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0);
        }
        for (int i = 0; i < CALLS; i++) {
            TileVector.columns(a, 0, b, 0, DEPTH, c, 0, COLUMNS, i % 2 == 0, COLUMNS);
        }
    }
}
