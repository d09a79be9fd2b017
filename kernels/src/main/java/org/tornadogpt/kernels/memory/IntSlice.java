package org.tornadogpt.kernels.memory;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A region of a flat int array; see {@link Slice}. */
public record IntSlice(IntArray array, int offset, int length) {
    public IntSlice {
        if (offset < 0 || length < 0 || (long) offset + length > array.getSize()) {
            throw new IllegalArgumentException(
                    "slice [" + offset + ", +" + length + ") lies outside an array of " + array.getSize() + " ints");
        }
    }

    public int get(int i) {
        return array.get(offset + i);
    }
}
