package org.tornadogpt.kernels.ops.residual;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * A branch joined to the residual stream, with dropout (Srivastava et al. 2014, inverted form) on the branch:
 * {@code out = residual + m branch}, {@code dbranch = m dout}. The stream's own gradient is dout, unchanged. The mask's
 * element is at row n, column c.
 */
public interface Residual extends Variant {
    String OPERATION = "residual";

    /** Arguments of {@link #forward(Recorder, Forward)}; all (N, C), {@code out} may be {@code residual}. */
    record Forward(Tensor out, Tensor residual, Tensor branch, Dropout dropout) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Residual.forward(recorder, this);
        }
    }

    /** Arguments of {@link #backward(Recorder, Backward)}; both (N, C). */
    record Backward(Tensor dbranch, Tensor dout, Dropout dropout) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Residual.backward(recorder, this);
        }
    }

    /** {@code out = residual + dropout(branch)}. */
    static void forward(Recorder recorder, Forward a) {
        Shapes.same("residual", a.out, a.residual);
        Shapes.same("residual", a.out, a.branch);
        Residual variant = recorder.variant(Residual.class);
        recorder.node(
                variant,
                "forward",
                a,
                List.of(a.residual, a.branch),
                List.of(a.out),
                2L * a.out.size(),
                sink -> variant.forward(
                        sink,
                        a.out.rows(),
                        a.out.columns(),
                        a.dropout,
                        a.out.slice(),
                        a.residual.slice(),
                        a.branch.slice()));
    }

    /** {@code dbranch = dout} with dropped elements zeroed and the others scaled: the branch's part of the gradient. */
    static void backward(Recorder recorder, Backward a) {
        Shapes.same("residualBackward", a.dbranch, a.dout);
        Residual variant = recorder.variant(Residual.class);
        recorder.node(
                variant,
                "backward",
                a,
                List.of(a.dout),
                List.of(a.dbranch),
                a.dout.size(),
                sink -> variant.backward(
                        sink, a.dout.rows(), a.dout.columns(), a.dropout, a.dbranch.slice(), a.dout.slice()));
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C), which may be {@code residual}. */
    void forward(KernelSink sink, int N, int C, Dropout dropout, Slice out, Slice residual, Slice branch);

    /** Overwrites {@code dbranch} (N,C), which must not be {@code dout}. */
    void backward(KernelSink sink, int N, int C, Dropout dropout, Slice dbranch, Slice dout);
}
