package org.tornadogpt.kernels.ops.layernorm;

import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016, equations 3 and 4) over the rows of x (N,C):
 *
 * <pre>
 *   mean[n] = sum_c x[n,c] / C          var[n] = sum_c (x[n,c] - mean[n])² / C
 *   rstd[n] = 1 / sqrt(var[n] + epsilon)   xhat   = (x - mean) rstd
 *   out     = xhat weight + bias
 *
 *   g        = dout weight
 *   dx      += rstd (g - sum_c(g)/C - xhat sum_c(g xhat)/C)
 *   dweight += sum_n dout xhat          dbias += sum_n dout
 * </pre>
 *
 * {@code dx} accumulates because it is the residual stream's gradient. About 8 N C operations forward, 14 N C backward.
 */
public interface LayerNorm extends Variant {
    String OPERATION = "layernorm";

    /**
     * Arguments of {@link #forward(Recorder, Forward)}.
     *
     * @param out (N, C)
     * @param statistics (N, 2): mean and reciprocal standard deviation of each row, saved for the backward pass
     * @param bias (C) or null
     * @param epsilon added to the variance, 1e-5 in PyTorch
     */
    record Forward(Tensor out, Tensor statistics, Tensor x, Tensor weight, Tensor bias, float epsilon)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            LayerNorm.forward(recorder, this);
        }
    }

    /** Arguments of {@link #backward(Recorder, Backward)}; {@code dbias} may be null. */
    record Backward(Forward forward, Tensor dx, Tensor dweight, Tensor dbias, Tensor dout) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            LayerNorm.backward(recorder, this);
        }
    }

    /** Overwrites {@code out} and {@code statistics}. */
    static void forward(Recorder recorder, Forward a) {
        int N = a.x.rows();
        int C = a.x.columns();
        check("layerNorm", a.x, a.out, a.statistics, a.weight, a.bias);
        LayerNorm variant = recorder.variant(LayerNorm.class);
        recorder.node(
                variant,
                "forward",
                a,
                Tensor.present(a.x, a.weight, a.bias),
                Tensor.present(a.out, a.statistics),
                8L * N * C,
                sink -> variant.forward(
                        sink,
                        N,
                        C,
                        a.epsilon,
                        a.out.slice(),
                        a.statistics.slice(),
                        a.x.slice(),
                        a.weight.slice(),
                        Tensor.sliceOrNull(a.bias)));
    }

    /** Adds to all of {@code dx}, {@code dweight} and (unless null) {@code dbias}. */
    static void backward(Recorder recorder, Backward a) {
        Forward f = a.forward;
        int N = f.x.rows();
        int C = f.x.columns();
        check("layerNormBackward", f.x, a.dx, f.statistics, f.weight, a.dbias);
        check("layerNormBackward", f.x, a.dout, f.statistics, a.dweight, a.dbias);
        LayerNorm variant = recorder.variant(LayerNorm.class);
        recorder.node(
                variant,
                "backward",
                a,
                Tensor.present(a.dout, f.x, f.statistics, f.weight),
                Tensor.present(a.dx, a.dweight, a.dbias),
                14L * N * C,
                sink -> variant.backward(
                        sink,
                        N,
                        C,
                        a.dx.slice(),
                        a.dweight.slice(),
                        Tensor.sliceOrNull(a.dbias),
                        a.dout.slice(),
                        f.x.slice(),
                        f.statistics.slice(),
                        f.weight.slice()));
    }

    private static void check(String operation, Tensor x, Tensor out, Tensor statistics, Tensor weight, Tensor bias) {
        Shapes.same(operation, x, out);
        Shapes.check(statistics.size() == 2 * x.rows(), operation, "statistics", statistics, "x", x);
        Shapes.check(weight.size() == x.columns(), operation, "weight", weight, "x", x);
        Shapes.check(bias == null || bias.size() == x.columns(), operation, "bias", bias, "x", x);
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C) and {@code statistics} (N,2: mean, rstd); {@code bias} (C) may be null. */
    void forward(
            KernelSink sink,
            int N,
            int C,
            float epsilon,
            Slice out,
            Slice statistics,
            Slice x,
            Slice weight,
            Slice bias);

    /** Adds to {@code dx} (N,C), {@code dweight} (C) and, unless null, {@code dbias} (C). */
    void backward(
            KernelSink sink,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight);
}
