package org.tornadogpt.kernels.memory;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A named, flat block of ints that exists for the whole life of a workspace: tokens, targets, counters. */
public record IntTensor(String name, IntArray array) {
    /** Number of elements. */
    public int size() {
        return array.getSize();
    }

    public IntSlice slice() {
        return new IntSlice(array, 0, array.getSize());
    }

    /** Overwrites the whole block. */
    public void copyFrom(int[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException(name + " holds " + size() + " ints, got " + values.length);
        }
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
    }

    @Override
    public String toString() {
        return name + "[" + size() + "]";
    }
}
