package org.tornadogpt.kernels.memory;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A region of a flat float array: what a {@link Tensor} becomes once memory is planned. The offset never travels without its
 * array.
 *
 * @param array the array the region lies in
 * @param offset first element, in floats
 * @param length number of elements
 */
public record Slice(FloatArray array, int offset, int length) {
    /** Most elements of one array: TornadoVM's arrays count their bytes, a short header included, in an int. */
    public static final int LONGEST = (Integer.MAX_VALUE - 64) / Float.BYTES;

    public Slice {
        if (offset < 0 || length < 0 || (long) offset + length > array.getSize()) {
            throw new IllegalArgumentException(
                    "slice [" + offset + ", +" + length + ") lies outside an array of " + array.getSize() + " floats");
        }
    }

    /** A new, zeroed array of {@code length} floats as one slice. */
    public static Slice allocate(int length) {
        checkLength("an array", length);
        Slice slice = new Slice(new FloatArray(length), 0, length);
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

    /** Overwrites the whole slice with 0. At once: element by element it takes long before that is compiled. */
    public void zero() {
        segment().asSlice(byteAt(0), (long) length * Float.BYTES).fill((byte) 0);
    }

    /** The memory of the whole array without TornadoVM's header; element {@code i} of this slice is at {@link #byteAt}. */
    public MemorySegment segment() {
        return array.getSegment();
    }

    /** Byte position of element {@code i} of this slice within {@link #segment()}. */
    public long byteAt(int i) {
        return ((long) offset + i) * Float.BYTES;
    }

    public float get(int i) {
        return array.get(offset + i);
    }

    public void set(int i, float value) {
        array.set(offset + i, value);
    }

    /** Copies the whole slice out. */
    public float[] toArray() {
        float[] values = new float[length];
        MemorySegment.copy(segment(), java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, byteAt(0), values, 0, length);
        return values;
    }

    /** Fills {@code values} from element {@code from} on. */
    public void copyTo(int from, float[] values) {
        if (from < 0 || (long) from + values.length > length) {
            throw new IllegalArgumentException(
                    values.length + " values from " + from + " on lie outside a slice of " + length);
        }
        MemorySegment.copy(
                segment(), java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, byteAt(from), values, 0, values.length);
    }

    /** Overwrites the whole slice. */
    public void copyFrom(float[] values) {
        if (values.length != length) {
            throw new IllegalArgumentException(values.length + " values for a slice of " + length);
        }
        MemorySegment.copy(values, 0, segment(), java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, byteAt(0), length);
    }
}
