package org.tornadogpt.kernels.ops.reduction;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Whole arrays to one number, in fixed blocks whose partial sums are added in block order: {@code norm = sqrt(sum x²)} and
 * {@code mean = sum x / size}; and its opposite, {@code fill}.
 */
public interface Reduction extends Variant {
    String OPERATION = "reduction";

    @Override
    default String operation() {
        return OPERATION;
    }

    /** {@code out[0] = sqrt(sum x²)}. */
    void norm(KernelSink sink, int size, Slice out, Slice x);

    /** {@code out[0] = sum x / size}. */
    void mean(KernelSink sink, int size, Slice out, Slice x);

    /** {@code out = value}. */
    void fill(KernelSink sink, int size, Slice out, float value);
}
