package org.tornadogpt.bench.op;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/** Seeded inputs, and the comparison of single results with what they should be. */
final class Data {
    /** The usual inputs' seed. */
    static final long SEED = 42;

    private static final double RELATIVE = 1e-3;

    /** Floating-point operations above which 64 rows of a result stand for all. */
    static final double MANY = 1e9;

    /** Rows that are compared where all of them would take long. */
    private static final int SAMPLED = 64;

    private final Workspace workspace;
    private final SplittableRandom random;

    Data(Workspace workspace, long seed) {
        this.workspace = workspace;
        random = new SplittableRandom(seed);
    }

    /** Numbers in [-1, 1), on the device when the first program runs. */
    void fill(Tensor tensor) {
        Slice slice = tensor.slice();
        for (int i = 0; i < slice.length(); i++) {
            slice.set(i, (random.nextInt() >> 8) * 0x1p-23f);
        }
        workspace.toDevice(tensor);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Which of {@code rows} rows are compared where all of them would take long; the first and the last are. */
    boolean[] sampled(int rows) {
        boolean[] sampled = new boolean[rows];
        sampled[0] = true;
        sampled[rows - 1] = true;
        for (int more = Math.min(SAMPLED, rows) - 2; more > 0; ) {
            int row = below(rows);
            more -= sampled[row] ? 0 : 1;
            sampled[row] = true;
        }
        return sampled;
    }

    static boolean[] all(int rows) {
        boolean[] all = new boolean[rows];
        Arrays.fill(all, true);
        return all;
    }

    /** The device's values of a tensor. */
    Slice fetch(Tensor tensor) {
        workspace.toHost(tensor);
        return tensor.slice();
    }

    /**
     * Fails unless {@code actual} is near {@code expected}.
     *
     * @param terms how many numbers in [-1, 1) were multiplied and added up
     */
    static void compare(String what, double expected, float actual, int terms) {
        double allowed = RELATIVE * (Math.abs(expected) + Math.sqrt(terms));
        if (!(Math.abs(actual - expected) <= allowed)) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "wrong result in %s: %s, should be %.6g", what, actual, expected));
        }
    }
}
