package org.tornadogpt.kernels.ops.activation;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Slice;

/**
 * {@code out = f(x)}, {@code dx = dout f'(saved)} for the functions of {@link Activation}, where saved is x, or out for ReLU.
 *
 * <pre>
 *   gelu(x)      = x Φ(x)                    gelu'(x) = Φ(x) + x φ(x)
 *   gelu_tanh(x) = x/2 (1 + tanh u), u = sqrt(2/π) (x + 0.044715 x³)
 *   gelu_tanh'   = (1 + tanh u)/2 + x/2 (1 - tanh² u) sqrt(2/π) (1 + 3·0.044715 x²)
 * </pre>
 *
 * (Hendrycks and Gimpel 2016.)
 */
public interface PointwiseActivation extends Variant {
    String OPERATION = "activation";

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out}, which may be {@code x}; {@code size} elements. */
    void forward(KernelSink sink, int size, Activation kind, Slice out, Slice x);

    /** Overwrites {@code dx}, which may be {@code dout}. */
    void backward(KernelSink sink, int size, Activation kind, Slice dx, Slice dout, Slice saved);
}
