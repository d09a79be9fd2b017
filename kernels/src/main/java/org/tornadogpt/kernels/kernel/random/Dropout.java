package org.tornadogpt.kernels.kernel.random;

import org.tornadogpt.kernels.memory.IntTensor;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Where and how strongly to drop. The mask is a pure function of the run's seed, the step, the site and the element's
 * row and column (see {@code Philox}), so forward and backward agree without storing it, and so do all devices.
 *
 * @param probability of an element being zeroed, to the nearest 1/65536; kept elements are scaled by {@code
 *     1/(1-probability)}
 * @param site a number that no other dropout of the model has
 * @param counters {@code [seed low, seed high, step, micro-step]}, set by the host before each run; may be null for a
 *     probability of 0
 */
public record Dropout(float probability, int site, IntTensor counters) {
    /** Number of ints in {@link #counters}. */
    public static final int COUNTERS = 4;

    public Dropout {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got " + probability);
        }
        if (probability > 0 && counters.size() != COUNTERS) {
            throw new IllegalArgumentException(
                    "dropout counters must hold " + COUNTERS + " ints, got " + counters.size());
        }
    }

    /** No dropout. */
    public static Dropout none() {
        return new Dropout(0f, 0, null);
    }

    /** The same place with nothing dropped, as evaluation wants it. */
    public Dropout off() {
        return new Dropout(0f, site, counters);
    }

    public boolean isActive() {
        return probability > 0;
    }

    /**
     * An element is kept when its 16 random bits, as a number, are at least this: the probability in units of 1/65536,
     * rounded, and never all of them.
     */
    public int threshold() {
        return Math.min(Math.round(probability * 65536), 65535);
    }

    /**
     * The counters as a kernel's argument. Where nothing is ever dropped there are none, and the kernel, which does not
     * read them then, is given {@code standIn}.
     */
    public IntArray counters(IntArray standIn) {
        return counters == null ? standIn : counters.array();
    }

    /** What kept elements are multiplied by. */
    public float scale() {
        return 1f / (1f - probability);
    }
}
