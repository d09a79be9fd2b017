package org.tornadogpt.kernels.vector;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.Dropout;
import org.tornadogpt.kernels.IntSlice;

/** A {@link Dropout} as Vector API code wants it: one bit for each column, 64 columns at a time. */
public final class DropoutVector {
    /** Columns that one {@link #keepColumns} call covers. */
    public static final int COLUMNS = 64;

    private final boolean active;
    private final IntSlice counters;
    private final int site;
    private final int threshold;
    private final float scale;

    private DropoutVector(Dropout dropout) {
        active = dropout.isActive();
        counters = active ? dropout.counters().slice() : null;
        site = dropout.site();
        threshold = dropout.threshold();
        scale = dropout.scale();
    }

    public static DropoutVector of(Dropout dropout) {
        return new DropoutVector(dropout);
    }

    public boolean isActive() {
        return active;
    }

    /** What kept elements are multiplied by. */
    public float scale() {
        return scale;
    }

    /** Bit i says whether column {@code 64*group + i} of {@code row} is kept in the current step. */
    public long keepColumns(int row, int group) {
        if (!active) {
            return -1L;
        }
        return PhiloxVector.keepColumns(key(), group, row, site(), counters.get(2), threshold);
    }

    /**
     * Bit {@code 16*w + i} says whether column {@code 64*group + column + 16*w} of row {@code row + i} is kept in the current
     * step; {@code column} is 0 to 15.
     */
    public long keepRows(int row, int group, int column) {
        if (!active) {
            return -1L;
        }
        return PhiloxVector.keepRows(key(), group, column, row, site(), counters.get(2), threshold);
    }

    private long key() {
        return (counters.get(0) & 0xFFFFFFFFL) | (long) counters.get(1) << 32;
    }

    private int site() {
        return site + (counters.get(3) << 16);
    }

    /** {@code values} scaled where the low bits are set, else zero. */
    public FloatVector apply(FloatVector values, long bits) {
        if (!active) {
            return values;
        }
        VectorMask<Float> kept = VectorMask.fromLong(F, bits);
        return broadcast(0f).blend(values.mul(scale), kept);
    }
}
