package org.tornadogpt.kernels.kernel.group;

import org.tornadogpt.kernels.kernel.KernelSink;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A float among the ints of the offset table, where one compiled kernel is to serve launches that differ in it.
 * TornadoVM 5.2.0's OpenCL back end does not compile {@link Float#intBitsToFloat}, so it is stored as its 24 bits and
 * the power of two that these are multiplied with or divided by, which does not round.
 */
public final class TableFloat {
    private static final int FRACTION_BITS = 23;
    private static final int MOST = 62;

    private TableFloat() {}

    /**
     * Puts {@code value} into two entries that follow each other.
     *
     * @param value 0, or of a size from 2^-39 to 2^85
     * @return number of the first entry
     */
    public static int slots(KernelSink sink, float value) {
        int shift = value == 0f ? 0 : Math.getExponent(value) - FRACTION_BITS;
        if (Math.abs(shift) > MOST) {
            throw new IllegalArgumentException("cannot be stored in the offset table: " + value);
        }
        int first = sink.slot((int) Math.scalb(value, -shift));
        sink.slot(shift);
        return first;
    }

    /** The float, in a kernel. */
    public static float of(IntArray offsets, int first) {
        float fraction = offsets.get(first);
        int shift = offsets.get(first + 1);
        return shift < 0 ? fraction / (float) (1L << -shift) : fraction * (float) (1L << shift);
    }
}
