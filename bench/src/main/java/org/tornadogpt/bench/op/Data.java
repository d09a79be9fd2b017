package org.tornadogpt.bench.op;

import java.util.Locale;
import java.util.SplittableRandom;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/** Seeded inputs, and the comparison of single results with what they should be. */
final class Data {
    private static final long SEED = 42;
    private static final double RELATIVE = 1e-3;

    private final Workspace workspace;
    private final SplittableRandom random = new SplittableRandom(SEED);

    Data(Workspace workspace) {
        this.workspace = workspace;
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
