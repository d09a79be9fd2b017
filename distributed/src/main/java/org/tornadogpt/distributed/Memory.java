package org.tornadogpt.distributed;

import java.lang.foreign.MemorySegment;
import org.tornadogpt.kernels.memory.Slice;

/** Where slices lie in native memory. */
final class Memory {
    private Memory() {}

    /** The bytes of a slice and no others. */
    static MemorySegment of(Slice slice) {
        return slice.segment().asSlice(slice.byteAt(0), (long) slice.length() * Float.BYTES);
    }

    /** The bytes of a part of it. */
    static MemorySegment of(Slice slice, int from, int length) {
        return slice.segment().asSlice(slice.byteAt(from), (long) length * Float.BYTES);
    }
}
