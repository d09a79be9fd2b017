package org.tornadogpt.kernels.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.memory.Slice;

/**
 * A float32 {@link Slice} as Vector API code wants it. Indices are in floats, from the slice's beginning; that they
 * lie within it is only asserted.
 *
 * <p>All but masked access goes by way of one segment that is all of memory. The slice's own could lie in the heap for
 * all that C2 knows, so after each store to it C2 reads everything again that it had read from objects, the segment's
 * own fields first, and checks them again: 40 instructions for each vector. Masked access keeps the slice's own
 * segment, since without masks in hardware C2 reads whole vectors wherever there is memory.
 *
 * @param slice the region; holding it keeps its memory allocated
 * @param segment the whole array
 * @param at where the slice begins, in bytes of {@code segment}
 * @param address where the slice begins in memory
 */
public record VectorSlice(Slice slice, MemorySegment segment, long at, long address) implements VectorSource {
    @SuppressWarnings("restricted")
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** From so many floats on, a bulk copy is worth what it costs to begin. */
    private static final int LONG_COPY = 48;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** The same region; null for null. */
    public static VectorSlice of(Slice slice) {
        if (slice == null) {
            return null;
        }
        MemorySegment segment = slice.array().getSegment();
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a slice of an array in the Java heap has no address");
        }
        long at = slice.byteAt(0);
        return new VectorSlice(slice, segment, at, segment.address() + at);
    }

    private boolean holds(long i, int n) {
        return i >= 0 && i + n <= slice.length();
    }

    @Override
    public FloatVector load(long i) {
        assert holds(i, LanesVector.LANES);
        return FloatVector.fromMemorySegment(LanesVector.F, MEMORY, address + i * Float.BYTES, ORDER);
    }

    @Override
    public FloatVector load(long i, VectorMask<Float> mask) {
        assert holds(i, mask.trueCount());
        return FloatVector.fromMemorySegment(LanesVector.F, segment, at + i * Float.BYTES, ORDER, mask);
    }

    public void store(long i, FloatVector values) {
        assert holds(i, LanesVector.LANES);
        values.intoMemorySegment(MEMORY, address + i * Float.BYTES, ORDER);
    }

    /** Only masked lanes are written. */
    public void store(long i, FloatVector values, VectorMask<Float> mask) {
        assert holds(i, mask.trueCount());
        values.intoMemorySegment(segment, at + i * Float.BYTES, ORDER, mask);
    }

    public float get(long i) {
        assert holds(i, 1);
        return MEMORY.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address + i * Float.BYTES);
    }

    public void set(long i, float value) {
        assert holds(i, 1);
        MEMORY.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address + i * Float.BYTES, value);
    }

    @Override
    public void copyTo(long i, float[] target, int targetAt, int n) {
        assert holds(i, n);
        if (n < LONG_COPY) {
            copyFewTo(i, target, targetAt, n);
        } else {
            long from = address + i * Float.BYTES;
            MemorySegment.copy(MEMORY, ValueLayout.JAVA_FLOAT_UNALIGNED, from, target, targetAt, n);
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
        assert holds(i, n);
        if (n < LONG_COPY) {
            copyFewFrom(i, source, sourceAt, n);
        } else {
            long to = address + i * Float.BYTES;
            MemorySegment.copy(source, sourceAt, MEMORY, ValueLayout.JAVA_FLOAT_UNALIGNED, to, n);
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
