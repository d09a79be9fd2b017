package org.tornadogpt.kernels.kernel.vector;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntSlice;

/** A {@link Dropout} as Vector API code wants it: one bit for each column, 64 columns at a time. */
public final class DropoutVector {
    /** Columns that one {@link #keepColumns} call covers. */
    public static final int COLUMNS = PhiloxVector.COLUMNS;

    /** Columns that {@link #keepRows} covers whole. */
    public static final int BLOCK = PhiloxVector.BLOCK;

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
     * Which elements of columns {@code from} to {@code end} are kept in {@link LanesVector#LANES} rows from {@code row}
     * on in the current step. Only for dropout that is active.
     *
     * @param from a multiple of {@link #BLOCK}
     * @param masks element {@code at + c - from} is set for column c, see {@link #kept}; up to BLOCK - 1 more after the
     *     last
     */
    public void keepRows(int row, int from, int end, float[] masks, int at) {
        PhiloxVector.keepRows(key(), from, end, row, site(), counters.get(2), threshold, masks, at);
    }

    /** The mask, one lane for each row, in an element that {@link #keepRows} has set. */
    public static VectorMask<Float> kept(float mask) {
        return VectorMask.fromLong(F, Float.floatToRawIntBits(mask));
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
