package org.tornadogpt.kernels.ops.swiglu;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * The gated linear unit with SiLU (SwiGLU; Shazeer 2020, with β = 1) on rows {@code [gate: F | up: F]} of x (N,2F):
 *
 * <pre>
 *   out   = silu(gate) up                       silu(z) = z s(z)     s(z) = 1 / (1 + e^-z)
 *
 *   dgate = dout up silu'(gate)                 silu'(z) = s(z) (1 + z (1 - s(z)))
 *   dup   = dout silu(gate)                     dx is [dgate | dup]
 * </pre>
 *
 * Both passes overwrite. NaN stays NaN; a gate of any finite size gives none. About 6 N F operations forward and 12 N F
 * backward, an exponential counted as one.
 */
public interface SwiGlu extends Variant {
    String OPERATION = "swiglu";

    /** Arguments of {@link #forward(Recorder, Forward)}: out (N, F), x (N, 2F). */
    record Forward(Tensor out, Tensor x) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            SwiGlu.forward(recorder, this);
        }
    }

    /**
     * Arguments of {@link #backward(Recorder, Backward)}: dx and x (N, 2F), dout (N, F); {@code dx} may be {@code x}.
     */
    record Backward(Tensor dx, Tensor dout, Tensor x) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            SwiGlu.backward(recorder, this);
        }
    }

    /** {@code out = silu(gate) up}. */
    static void forward(Recorder recorder, Forward a) {
        check("swiGlu", "out", a.out, a.x);
        SwiGlu variant = recorder.variant(SwiGlu.class);
        recorder.node(
                variant,
                "forward",
                a,
                List.of(a.x),
                List.of(a.out),
                6L * a.out.size(),
                sink -> variant.forward(sink, a.out.rows(), a.out.columns(), a.out.slice(), a.x.slice()));
    }

    /** {@code dx = [dout up silu'(gate) | dout silu(gate)]}. */
    static void backward(Recorder recorder, Backward a) {
        check("swiGluBackward", "dout", a.dout, a.x);
        Shapes.same("swiGluBackward", a.dx, a.x);
        SwiGlu variant = recorder.variant(SwiGlu.class);
        recorder.node(
                variant,
                "backward",
                a,
                List.of(a.dout, a.x),
                List.of(a.dx),
                12L * a.dout.size(),
                sink -> variant.backward(
                        sink, a.dout.rows(), a.dout.columns(), a.dx.slice(), a.dout.slice(), a.x.slice()));
    }

    private static void check(String operation, String name, Tensor out, Tensor x) {
        boolean fits = x.columns() == 2L * out.columns() && x.rows() == out.rows();
        Shapes.check(fits, operation, name, out, "x", x);
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,F). */
    void forward(KernelSink sink, int N, int F, Slice out, Slice x);

    /** Overwrites {@code dx} (N,2F), which may be {@code x}. */
    void backward(KernelSink sink, int N, int F, Slice dx, Slice dout, Slice x);
}
