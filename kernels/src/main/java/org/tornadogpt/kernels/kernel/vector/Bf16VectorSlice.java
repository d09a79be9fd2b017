package org.tornadogpt.kernels.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;

/**
 * A bfloat16 {@link Slice} as Vector API code reads it: each number is widened to the float32 of which it is the
 * upper half. As with {@link VectorSlice}, bounds are only asserted, and all but masked access goes by way of one
 * segment that is all of memory.
 *
 * @param slice the region; holding it keeps its memory allocated
 * @param segment the whole array
 * @param at where the slice begins, in bytes of {@code segment}
 * @param address where the slice begins in memory
 */
public record Bf16VectorSlice(Slice slice, MemorySegment segment, long at, long address) implements VectorSource {
    @SuppressWarnings("restricted")
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** How far a bfloat16 lies from its place in a float32, in bits. */
    private static final int UP = 16;

    /** The same region. */
    public static Bf16VectorSlice of(Slice slice) {
        MemorySegment segment = slice.bf16Array().getSegment();
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a slice of an array in the Java heap has no address");
        }
        long at = slice.byteAt(0);
        return new Bf16VectorSlice(slice, segment, at, segment.address() + at);
    }

    private boolean holds(long i, int n) {
        return i >= 0 && i + n <= slice.length();
    }

    @Override
    public FloatVector load(long i) {
        assert holds(i, LanesVector.LANES);
        return widened(ShortVector.fromMemorySegment(LanesVector.S, MEMORY, address + i * Short.BYTES, ORDER));
    }

    @Override
    public FloatVector load(long i, VectorMask<Float> mask) {
        assert holds(i, mask.trueCount());
        return widened(ShortVector.fromMemorySegment(
                LanesVector.S, segment, at + i * Short.BYTES, ORDER, mask.cast(LanesVector.S)));
    }

    private static FloatVector widened(ShortVector halves) {
        return halves.convertShape(VectorOperators.S2I, LanesVector.I, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, UP)
                .reinterpretAsFloats();
    }

    @Override
    public void copyTo(long i, float[] target, int targetAt, int n) {
        assert holds(i, n);
        int whole = LanesVector.wholeVectors(n);
        for (int c = 0; c < whole; c += LanesVector.LANES) {
            load(i + c).intoArray(target, targetAt + c);
        }
        for (int c = whole; c < n; c++) {
            long from = address + (i + c) * Short.BYTES;
            target[targetAt + c] = DType.float32(MEMORY.get(ValueLayout.JAVA_SHORT_UNALIGNED, from));
        }
    }
}
