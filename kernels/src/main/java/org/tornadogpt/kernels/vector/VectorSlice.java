package org.tornadogpt.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.Slice;

/**
 * A {@link Slice} as Vector API code wants it. Indices are in floats, from the slice's beginning.
 *
 * @param segment the whole array
 * @param at where the slice begins
 */
public record VectorSlice(MemorySegment segment, long at) {
    /** From so many floats on, a bulk copy is worth what it costs to begin. */
    private static final int LONG_COPY = 48;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The same region; null for null. */
    public static VectorSlice of(Slice slice) {
        return slice == null ? null : new VectorSlice(slice.segment(), slice.offset());
    }

    public FloatVector load(long i) {
        return FloatVector.fromMemorySegment(LanesVector.F, segment, (at + i) * Float.BYTES, ORDER);
    }

    /** Masked lanes are read; the others are zero and need not exist. */
    public FloatVector load(long i, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(LanesVector.F, segment, (at + i) * Float.BYTES, ORDER, mask);
    }

    public void store(long i, FloatVector values) {
        values.intoMemorySegment(segment, (at + i) * Float.BYTES, ORDER);
    }

    /** Only masked lanes are written. */
    public void store(long i, FloatVector values, VectorMask<Float> mask) {
        values.intoMemorySegment(segment, (at + i) * Float.BYTES, ORDER, mask);
    }

    public float get(long i) {
        return segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES);
    }

    public void set(long i, float value) {
        segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES, value);
    }

    /** Copies {@code n} floats from index {@code i} into {@code target}. */
    public void copyTo(long i, float[] target, int targetAt, int n) {
        if (n < LONG_COPY) {
            copyFewTo(i, target, targetAt, n);
        } else {
            MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES, target, targetAt, n);
        }
    }

    private void copyFewTo(long i, float[] target, int targetAt, int n) {
        int whole = LanesVector.wholeVectors(n);
        for (int c = 0; c < whole; c += LanesVector.LANES) {
            load(i + c).intoArray(target, targetAt + c);
        }
        for (int c = whole; c < n; c++) {
            target[targetAt + c] = get(i + c);
        }
    }

    /** Copies {@code n} floats from {@code source} to index {@code i}. */
    public void copyFrom(long i, float[] source, int sourceAt, int n) {
        if (n < LONG_COPY) {
            copyFewFrom(i, source, sourceAt, n);
        } else {
            MemorySegment.copy(source, sourceAt, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, (at + i) * Float.BYTES, n);
        }
    }

    private void copyFewFrom(long i, float[] source, int sourceAt, int n) {
        int whole = LanesVector.wholeVectors(n);
        for (int c = 0; c < whole; c += LanesVector.LANES) {
            store(i + c, FloatVector.fromArray(LanesVector.F, source, sourceAt + c));
        }
        for (int c = whole; c < n; c++) {
            set(i + c, source[sourceAt + c]);
        }
    }
}
