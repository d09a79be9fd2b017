package org.tornadogpt.kernels.ops.matmul;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.residual.Residual;

/**
 * The three products of a linear layer. With x (N,K), weight (O,K), out (N,O):
 *
 * <pre>
 *   forward          out     = x weightᵀ + bias
 *   backwardInput    dx      = dout weight
 *   backwardWeight   dweight += doutᵀ x,   dbias += column sums of dout
 * </pre>
 *
 * The weight of a forward product may be bfloat16 where the variant takes it; all else is float32.
 *
 * <p>Each costs 2 N K O floating-point operations. A variant may also fuse what follows a product into it; where it
 * says it does, the recorder uses the fused form, and the conformance suite compares it with the separate operations.
 */
public interface MatMul extends Variant {
    String OPERATION = "matmul";

    /** Rows, inputs and outputs of the layer. */
    record Shape(int N, int K, int O) {
        public long flops() {
            return 2L * N * K * O;
        }
    }

    /** Arguments of {@link #forward(Recorder, Forward)}; {@code bias} may be null. */
    record Forward(Tensor out, Tensor x, Tensor weight, Tensor bias) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.forward(recorder, this);
        }
    }

    /**
     * Arguments of {@link #forwardActivation(Recorder, ForwardActivation)}.
     *
     * @param pre the activation's input, (N, O), for an activation that needs it backward; null for the others
     */
    record ForwardActivation(Tensor out, Tensor pre, Tensor x, Tensor weight, Tensor bias, Activation kind)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.forwardActivation(recorder, this);
        }

        @Override
        public List<OperationCall> parts() {
            return List.of(new PointwiseActivation.Forward(out, input(), kind));
        }

        private Tensor input() {
            return pre == null ? out : pre;
        }
    }

    /** Arguments of {@link #forwardResidual(Recorder, ForwardResidual)}; {@code out} may be {@code residual}. */
    record ForwardResidual(Tensor out, Tensor residual, Tensor x, Tensor weight, Tensor bias, Dropout dropout)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.forwardResidual(recorder, this);
        }

        @Override
        public List<OperationCall> parts() {
            return List.of(new Residual.Forward(
                    out, residual, Tensor.activation(branch(), out.rows(), out.columns()), dropout));
        }

        private String branch() {
            return out.name() + ".branch";
        }
    }

    /** Arguments of {@link #backwardInput(Recorder, BackwardInput)}. */
    record BackwardInput(Tensor dx, Tensor dout, Tensor weight) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.backwardInput(recorder, this);
        }
    }

    /**
     * Arguments of {@link #backwardInputActivation(Recorder, BackwardInputActivation)}.
     *
     * @param saved the activation's input, or its output for ReLU; (N, K)
     */
    record BackwardInputActivation(Tensor dx, Tensor dout, Tensor weight, Tensor saved, Activation kind)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.backwardInputActivation(recorder, this);
        }

        @Override
        public List<OperationCall> parts() {
            return List.of(new PointwiseActivation.Backward(dx, dx, saved, kind));
        }
    }

    /** Arguments of {@link #backwardWeight(Recorder, BackwardWeight)}; {@code dbias} may be null. */
    record BackwardWeight(Tensor dweight, Tensor dbias, Tensor dout, Tensor x) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            MatMul.backwardWeight(recorder, this);
        }
    }

    /** {@code out (N,O) = x (N,K) weightᵀ (O,K) + bias (O)}. */
    static void forward(Recorder recorder, Forward a) {
        Shape s = shape("linear", a.out, a.x, a.weight, a.bias);
        MatMul variant = recorder.variant(MatMul.class, a.weight.type());
        recorder.node(
                variant,
                "forward",
                a,
                Tensor.present(a.x, a.weight, a.bias),
                List.of(a.out),
                s.flops(),
                sink -> variant.forward(
                        sink, s, a.out.slice(), a.x.slice(), a.weight.slice(), Tensor.sliceOrNull(a.bias)));
    }

    /** {@code pre = x weightᵀ + bias}, {@code out = kind(pre)}. */
    static void forwardActivation(Recorder recorder, ForwardActivation a) {
        Shape s = shape("linearActivation", a.out, a.x, a.weight, a.bias);
        if (a.kind.needsInput() == (a.pre == null)) {
            throw new IllegalArgumentException("linearActivation: " + a.kind
                    + (a.pre == null ? " needs" : " does not need") + " a tensor for the activation's input");
        }
        Shapes.floats("linearActivation", a.pre);
        if (a.pre != null) {
            Shapes.same("linearActivation", a.out, a.pre);
        }
        MatMul variant = recorder.variant(MatMul.class, a.weight.type());
        if (!variant.fusesActivation()) {
            forward(recorder, new Forward(a.input(), a.x, a.weight, a.bias));
            a.parts().forEach(part -> part.record(recorder));
            return;
        }
        recorder.node(
                variant,
                "forwardActivation",
                a,
                Tensor.present(a.x, a.weight, a.bias),
                Tensor.present(a.out, a.pre),
                s.flops(),
                sink -> variant.forwardActivation(
                        sink,
                        s,
                        a.out.slice(),
                        Tensor.sliceOrNull(a.pre),
                        a.x.slice(),
                        a.weight.slice(),
                        Tensor.sliceOrNull(a.bias),
                        a.kind));
    }

    /** {@code out = residual + dropout(x weightᵀ + bias)}. */
    static void forwardResidual(Recorder recorder, ForwardResidual a) {
        Shape s = shape("linearResidual", a.out, a.x, a.weight, a.bias);
        Shapes.floats("linearResidual", a.residual);
        Shapes.same("linearResidual", a.out, a.residual);
        MatMul variant = recorder.variant(MatMul.class, a.weight.type());
        if (!variant.fusesResidual()) {
            Tensor branch = recorder.allocate(a.branch(), a.out.rows(), a.out.columns());
            forward(recorder, new Forward(branch, a.x, a.weight, a.bias));
            Residual.forward(recorder, new Residual.Forward(a.out, a.residual, branch, a.dropout));
            return;
        }
        recorder.node(
                variant,
                "forwardResidual",
                a,
                Tensor.present(a.residual, a.x, a.weight, a.bias),
                List.of(a.out),
                s.flops(),
                sink -> variant.forwardResidual(
                        sink,
                        s,
                        a.out.slice(),
                        a.residual.slice(),
                        a.x.slice(),
                        a.weight.slice(),
                        Tensor.sliceOrNull(a.bias),
                        a.dropout));
    }

    /** {@code dx (N,K) = dout (N,O) weight (O,K)}. */
    static void backwardInput(Recorder recorder, BackwardInput a) {
        Shape s = shape("linearBackwardInput", a.dout, a.dx, a.weight, null);
        Shapes.floats("linearBackwardInput", a.weight);
        MatMul variant = recorder.variant(MatMul.class);
        recorder.node(
                variant,
                "backwardInput",
                a,
                List.of(a.dout, a.weight),
                List.of(a.dx),
                s.flops(),
                sink -> variant.backwardInput(sink, s, a.dx.slice(), a.dout.slice(), a.weight.slice()));
    }

    /** {@code dx = (dout weight) * kind'(saved)}. */
    static void backwardInputActivation(Recorder recorder, BackwardInputActivation a) {
        Shape s = shape("linearBackwardInputActivation", a.dout, a.dx, a.weight, null);
        Shapes.floats("linearBackwardInputActivation", a.weight, a.saved);
        Shapes.same("linearBackwardInputActivation", a.dx, a.saved);
        MatMul variant = recorder.variant(MatMul.class);
        if (!variant.fusesActivation()) {
            backwardInput(recorder, new BackwardInput(a.dx, a.dout, a.weight));
            a.parts().forEach(part -> part.record(recorder));
            return;
        }
        recorder.node(
                variant,
                "backwardInputActivation",
                a,
                List.of(a.dout, a.weight, a.saved),
                List.of(a.dx),
                s.flops(),
                sink -> variant.backwardInputActivation(
                        sink, s, a.dx.slice(), a.dout.slice(), a.weight.slice(), a.saved.slice(), a.kind));
    }

    /**
     * Adds {@code doutᵀ x} to {@code dweight} (O,K), and the column sums of {@code dout} to {@code dbias} unless null.
     */
    static void backwardWeight(Recorder recorder, BackwardWeight a) {
        Shape s = shape("linearBackwardWeight", a.dout, a.x, a.dweight, a.dbias);
        Shapes.floats("linearBackwardWeight", a.dweight);
        MatMul variant = recorder.variant(MatMul.class);
        recorder.node(
                variant,
                "backwardWeight",
                a,
                List.of(a.dout, a.x),
                Tensor.present(a.dweight, a.dbias),
                s.flops(),
                sink -> variant.backwardWeight(
                        sink, s, a.dweight.slice(), Tensor.sliceOrNull(a.dbias), a.dout.slice(), a.x.slice()));
    }

    private static Shape shape(String operation, Tensor out, Tensor x, Tensor weight, Tensor bias) {
        Shapes.floats(operation, out, x, bias);
        boolean inputs = weight.rank() == 2 && weight.columns() == x.columns();
        Shapes.check(inputs, operation, "weight", weight, "x", x);
        Shapes.check(out.columns() == weight.rows(), operation, "out", out, "weight", weight);
        Shapes.check(out.rows() == x.rows(), operation, "out", out, "x", x);
        Shapes.check(bias == null || bias.size() == weight.rows(), operation, "bias", bias, "weight", weight);
        return new Shape(x.rows(), x.columns(), out.columns());
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
