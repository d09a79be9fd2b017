package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.activation.Activation;

/**
 * The three products of a linear layer. With x (N,K), weight (O,K), out (N,O):
 *
 * <pre>
 *   forward          out     = x weightᵀ + bias
 *   backwardInput    dx      = dout weight
 *   backwardWeight   dweight += doutᵀ x,   dbias += column sums of dout
 * </pre>
 *
 * Each costs 2 N K O floating-point operations. A variant may also fuse what follows a product into it; where it says it does,
 * the recorder uses the fused form, and the conformance suite compares it with the separate operations.
 */
public interface MatMul extends Variant {
    String OPERATION = "matmul";

    /** The phase of {@link #backwardWeight}, which only training has. */
    String BACKWARD_WEIGHT = "backwardWeight";

    /** Rows, inputs and outputs of the layer. */
    record Shape(int N, int K, int O) {
        public long flops() {
            return 2L * N * K * O;
        }
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out}; {@code bias} may be null. */
    void forward(KernelSink sink, Shape shape, Slice out, Slice x, Slice weight, Slice bias);

    /** Overwrites {@code dx}. */
    void backwardInput(KernelSink sink, Shape shape, Slice dx, Slice dout, Slice weight);

    /** Adds to {@code dweight} and, unless null, {@code dbias}. */
    void backwardWeight(KernelSink sink, Shape shape, Slice dweight, Slice dbias, Slice dout, Slice x);

    /** Whether {@link #forwardActivation} and {@link #backwardInputActivation} are implemented. */
    default boolean fusesActivation() {
        return false;
    }

    /** {@code pre = x weightᵀ + bias} (not stored where {@code pre} is null), {@code out = kind(pre)}. */
    default void forwardActivation(
            KernelSink sink, Shape shape, Slice out, Slice pre, Slice x, Slice weight, Slice bias, Activation kind) {
        throw new IllegalStateException(name() + " does not fuse activations");
    }

    /** {@code dx = (dout weight) * kind'(saved)}. */
    default void backwardInputActivation(
            KernelSink sink, Shape shape, Slice dx, Slice dout, Slice weight, Slice saved, Activation kind) {
        throw new IllegalStateException(name() + " does not fuse activations");
    }

    /** Whether {@link #forwardResidual} is implemented. */
    default boolean fusesResidual() {
        return false;
    }

    /** {@code out = residual + dropout(x weightᵀ + bias)}; {@code out} may be {@code residual}. */
    default void forwardResidual(
            KernelSink sink,
            Shape shape,
            Slice out,
            Slice residual,
            Slice x,
            Slice weight,
            Slice bias,
            Dropout dropout) {
        throw new IllegalStateException(name() + " does not fuse residuals");
    }
}
