package org.tornadogpt.kernels.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.memory.Slice;

/** Numbers that kernels read as float32, however they are stored. Indices are in elements. */
public sealed interface VectorSource permits VectorSlice, Bf16VectorSlice {
    /** The region that {@code slice} is, by its type. */
    static VectorSource of(Slice slice) {
        return switch (slice.type()) {
            case F32 -> VectorSlice.of(slice);
            case BF16 -> Bf16VectorSlice.of(slice);
        };
    }

    /** A vector from element {@code i} on. */
    FloatVector load(long i);

    /** Masked lanes are read; the others are zero and need not exist. */
    FloatVector load(long i, VectorMask<Float> mask);

    /** Copies {@code n} numbers from element {@code i} on into {@code target}. */
    void copyTo(long i, float[] target, int targetAt, int n);
}
