package org.tornadogpt.kernels.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A region of a flat array: what a {@link Tensor} becomes once memory is planned. The offset never travels without
 * its array.
 *
 * @param memory the array the region lies in; its class decides the {@link #type}
 * @param offset first element
 * @param length number of elements
 */
public record Slice(TornadoNativeArray memory, int offset, int length) {
    /** Most elements of one array: TornadoVM's arrays count their bytes, a short header included, in an int. */
    public static final int LONGEST = (Integer.MAX_VALUE - 64) / Float.BYTES;

    public Slice {
        if (offset < 0 || length < 0 || (long) offset + length > memory.getSize()) {
            throw new IllegalArgumentException("slice [" + offset + ", +" + length + ") lies outside an array of "
                    + memory.getSize() + " elements");
        }
    }

    /** A new, zeroed array of {@code length} floats as one slice. */
    public static Slice allocate(int length) {
        return allocate(DType.F32, length);
    }

    /** A new, zeroed array of {@code length} elements as one slice. */
    public static Slice allocate(DType type, int length) {
        checkLength("an array", length);
        Slice slice = new Slice(type.array(length), 0, length);
        slice.zero();
        return slice;
    }

    /**
     * Fails unless one array can hold so many elements: one that is too long by far would be made, but too short.
     *
     * @param what the array is, for the message
     */
    public static void checkLength(String what, long elements) {
        if (elements > LONGEST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%s of %,d elements: one array holds at most %,d", what, elements, LONGEST));
        }
    }

    /** How its numbers are stored. */
    public DType type() {
        return DType.of(memory);
    }

    /** The array of a float32 slice; an error for another type. */
    public FloatArray array() {
        if (memory instanceof FloatArray floats) {
            return floats;
        }
        throw wrongType(DType.F32);
    }

    /** The array of a bfloat16 slice; an error for another type. */
    public ShortArray bf16Array() {
        if (memory instanceof ShortArray shorts) {
            return shorts;
        }
        throw wrongType(DType.BF16);
    }

    private IllegalStateException wrongType(DType wanted) {
        return new IllegalStateException("a slice of " + type() + " is used as " + wanted);
    }

    /** Overwrites the whole slice with 0. At once: element by element it takes long before that is compiled. */
    public void zero() {
        segment().asSlice(byteAt(0), bytes()).fill((byte) 0);
    }

    /** Bytes of the whole slice. */
    public long bytes() {
        return (long) length * type().bytes();
    }

    /**
     * The memory of the whole array without TornadoVM's header; element {@code i} of this slice is at {@link #byteAt}.
     */
    public MemorySegment segment() {
        return memory.getSegment();
    }

    /** Byte position of element {@code i} of this slice within {@link #segment()}. */
    public long byteAt(int i) {
        return ((long) offset + i) * type().bytes();
    }

    public float get(int i) {
        return memory instanceof FloatArray floats
                ? floats.get(offset + i)
                : DType.float32(bf16Array().get(offset + i));
    }

    /** Stores {@code value} as the type has it: a bfloat16 rounds. */
    public void set(int i, float value) {
        if (memory instanceof FloatArray floats) {
            floats.set(offset + i, value);
        } else {
            bf16Array().set(offset + i, DType.bf16(value));
        }
    }

    /** Copies the whole slice out. */
    public float[] toArray() {
        float[] values = new float[length];
        copyTo(0, values);
        return values;
    }

    /** Fills {@code values} from element {@code from} on. */
    public void copyTo(int from, float[] values) {
        if (from < 0 || (long) from + values.length > length) {
            throw new IllegalArgumentException(
                    values.length + " values from " + from + " on lie outside a slice of " + length);
        }
        if (type() == DType.F32) {
            MemorySegment.copy(segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, byteAt(from), values, 0, values.length);
            return;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = get(from + i);
        }
    }

    /** Overwrites the whole slice; see {@link #set}. */
    public void copyFrom(float[] values) {
        if (values.length != length) {
            throw new IllegalArgumentException(values.length + " values for a slice of " + length);
        }
        if (type() == DType.F32) {
            MemorySegment.copy(values, 0, segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, byteAt(0), length);
            return;
        }
        for (int i = 0; i < length; i++) {
            set(i, values[i]);
        }
    }
}
