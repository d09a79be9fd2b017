package org.tornadogpt.kernels.ops.reduction;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Whole arrays to one number, in fixed blocks whose partial sums are added in block order: {@code norm = sqrt(sum x²)}
 * and {@code mean = sum x / size}.
 */
public interface Reduction extends Variant {
    String OPERATION = "reduction";

    /** Arguments of {@link #mean(Recorder, Mean)}: out (1), values of any shape. */
    record Mean(Tensor out, Tensor values) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Reduction.mean(recorder, this);
        }
    }

    /** Arguments of {@link #norm(Recorder, Norm)}: norm (1), gradients of any shape. */
    record Norm(Tensor norm, Tensor gradients) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Reduction.norm(recorder, this);
        }
    }

    /** {@code out[0] = mean(values)}. */
    static void mean(Recorder recorder, Mean a) {
        Shapes.check(a.out.size() == 1, "mean", "out", a.out, "values", a.values);
        Reduction variant = recorder.variant(Reduction.class);
        recorder.node(
                variant,
                "mean",
                a,
                List.of(a.values),
                List.of(a.out),
                a.values.size(),
                sink -> variant.mean(sink, a.values.size(), a.out.slice(), a.values.slice()));
    }

    /** {@code norm[0] = sqrt(sum(gradients²))}. */
    static void norm(Recorder recorder, Norm a) {
        Shapes.check(a.norm.size() == 1, "gradientNorm", "norm", a.norm, "gradients", a.gradients);
        Reduction variant = recorder.variant(Reduction.class);
        recorder.node(
                variant,
                "norm",
                a,
                List.of(a.gradients),
                List.of(a.norm),
                2L * a.gradients.size(),
                sink -> variant.norm(sink, a.gradients.size(), a.norm.slice(), a.gradients.slice()));
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** {@code out[0] = sqrt(sum x²)}. */
    void norm(KernelSink sink, int size, Slice out, Slice x);

    /** {@code out[0] = sum x / size}. */
    void mean(KernelSink sink, int size, Slice out, Slice x);
}
