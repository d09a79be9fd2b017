package org.tornadogpt.kernels.ops.activation;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * {@code out = f(x)}, {@code dx = dout f'(saved)} for the functions of {@link Activation}, where saved is x, or out for
 * ReLU.
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

    /** Arguments of {@link #forward(Recorder, Forward)}; one shape, {@code out} may be {@code x}. */
    record Forward(Tensor out, Tensor x, Activation kind) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            PointwiseActivation.forward(recorder, this);
        }
    }

    /** Arguments of {@link #backward(Recorder, Backward)}; one shape, {@code dx} may be {@code dout}. */
    record Backward(Tensor dx, Tensor dout, Tensor saved, Activation kind) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            PointwiseActivation.backward(recorder, this);
        }
    }

    /** {@code out = kind(x)}. */
    static void forward(Recorder recorder, Forward a) {
        Shapes.same("activation", a.out, a.x);
        PointwiseActivation variant = recorder.variant(PointwiseActivation.class);
        recorder.node(
                variant,
                "forward",
                a,
                List.of(a.x),
                List.of(a.out),
                a.out.size(),
                sink -> variant.forward(sink, a.out.size(), a.kind, a.out.slice(), a.x.slice()));
    }

    /** {@code dx = dout * kind'(saved)}, where {@code saved} is the input, or the output for ReLU. */
    static void backward(Recorder recorder, Backward a) {
        Shapes.same("activationBackward", a.dx, a.dout);
        Shapes.same("activationBackward", a.dx, a.saved);
        PointwiseActivation variant = recorder.variant(PointwiseActivation.class);
        recorder.node(
                variant,
                "backward",
                a,
                List.of(a.dout, a.saved),
                List.of(a.dx),
                2L * a.dx.size(),
                sink -> variant.backward(sink, a.dx.size(), a.kind, a.dx.slice(), a.dout.slice(), a.saved.slice()));
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out}, which may be {@code x}; {@code size} elements. */
    void forward(KernelSink sink, int size, Activation kind, Slice out, Slice x);

    /** Overwrites {@code dx}, which may be {@code dout}. */
    void backward(KernelSink sink, int size, Activation kind, Slice dx, Slice dout, Slice saved);
}
