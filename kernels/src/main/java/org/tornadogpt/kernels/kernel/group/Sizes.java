package org.tornadogpt.kernels.kernel.group;

import org.tornadogpt.kernels.kernel.KernelSink;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Sizes that are frozen into a compiled kernel on some devices and read from the offset table on others; see {@link
 * KernelSink#constantOrSlot}.
 */
public final class Sizes {
    private Sizes() {}

    /** Puts sizes into the table; the kernel is given the number of the first one. */
    public static int slots(KernelSink sink, int... sizes) {
        int first = sink.slot(sizes[0]);
        for (int i = 1; i < sizes.length; i++) {
            sink.slot(sizes[i]);
        }
        return first;
    }

    /**
     * A size, in a kernel. Where it is frozen the compiler sees a constant, and the table is not read.
     *
     * @param frozen the size, or 0 if it must be read
     */
    public static int of(IntArray offsets, int slot, int frozen) {
        return frozen > 0 ? frozen : offsets.get(slot);
    }
}
