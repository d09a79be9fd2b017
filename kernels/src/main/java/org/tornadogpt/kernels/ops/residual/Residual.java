package org.tornadogpt.kernels.ops.residual;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;

/**
 * A branch joined to the residual stream, with dropout (Srivastava et al. 2014, inverted form) on the branch:
 * {@code out = residual + m branch}, {@code dbranch = m dout}. The stream's own gradient is dout, unchanged. The mask's element is
 * at row n, column c.
 */
public interface Residual extends Variant {
    String OPERATION = "residual";

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C), which may be {@code residual}. */
    void forward(KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch);

    /** Overwrites {@code dbranch} (N,C), which must not be {@code dout}. */
    void backward(KernelSink sink, int N, int C, Dropout dropout, Slice dbranch, Slice dout);
}
