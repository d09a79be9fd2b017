package org.tornadogpt.kernels.ops.elementwise;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Element by element, all overwrite; each operation on numbers is rounded once:
 *
 * <pre>
 *   fill     out = value
 *   copy     out = x
 *   add      out = a + b
 *   combine  out = factors[0] x + factors[1] y
 *   divide   out = x / (divisor[0] + epsilon)
 * </pre>
 */
public interface Elementwise extends Variant {
    String OPERATION = "elementwise";

    /** Arguments of {@link #fill(Recorder, Fill)}. */
    record Fill(Tensor out, float value) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Elementwise.fill(recorder, this);
        }
    }

    /** Arguments of {@link #copy(Recorder, Copy)}; one shape. */
    record Copy(Tensor out, Tensor x) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Elementwise.copy(recorder, this);
        }
    }

    /** Arguments of {@link #add(Recorder, Add)}; one shape, {@code out} may be {@code a} or {@code b}. */
    record Add(Tensor out, Tensor a, Tensor b) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Elementwise.add(recorder, this);
        }
    }

    /**
     * Arguments of {@link #combine(Recorder, Combine)}; {@code out} may be {@code x} or {@code y}.
     *
     * @param factors (2), of x and of y
     */
    record Combine(Tensor out, Tensor x, Tensor y, Tensor factors) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Elementwise.combine(recorder, this);
        }
    }

    /**
     * Arguments of {@link #divide(Recorder, Divide)}; {@code out} may be {@code x}.
     *
     * @param divisor (1)
     * @param epsilon added to the divisor
     */
    record Divide(Tensor out, Tensor x, Tensor divisor, float epsilon) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Elementwise.divide(recorder, this);
        }
    }

    /** {@code out = value}. */
    static void fill(Recorder recorder, Fill a) {
        Elementwise variant = recorder.variant(Elementwise.class);
        recorder.node(
                variant,
                "fill",
                a,
                List.of(),
                List.of(a.out),
                0,
                sink -> variant.fill(sink, a.out.size(), a.out.slice(), a.value));
    }

    /** {@code out = x}. */
    static void copy(Recorder recorder, Copy a) {
        Shapes.same("copy", a.out, a.x);
        Elementwise variant = recorder.variant(Elementwise.class);
        recorder.node(
                variant,
                "copy",
                a,
                List.of(a.x),
                List.of(a.out),
                0,
                sink -> variant.copy(sink, a.out.size(), a.out.slice(), a.x.slice()));
    }

    /** {@code out = a + b}. */
    static void add(Recorder recorder, Add a) {
        Shapes.same("add", a.out, a.a);
        Shapes.same("add", a.out, a.b);
        Elementwise variant = recorder.variant(Elementwise.class);
        recorder.node(
                variant,
                "add",
                a,
                List.of(a.a, a.b),
                List.of(a.out),
                a.out.size(),
                sink -> variant.add(sink, a.out.size(), a.out.slice(), a.a.slice(), a.b.slice()));
    }

    /** {@code out = factors[0] x + factors[1] y}. */
    static void combine(Recorder recorder, Combine a) {
        Shapes.same("combine", a.out, a.x);
        Shapes.same("combine", a.out, a.y);
        Shapes.check(a.factors.size() == 2, "combine", "factors", a.factors, "out", a.out);
        Elementwise variant = recorder.variant(Elementwise.class);
        recorder.node(
                variant,
                "combine",
                a,
                List.of(a.x, a.y, a.factors),
                List.of(a.out),
                3L * a.out.size(),
                sink -> variant.combine(
                        sink, a.out.size(), a.out.slice(), a.x.slice(), a.y.slice(), a.factors.slice()));
    }

    /** {@code out = x / (divisor[0] + epsilon)}. */
    static void divide(Recorder recorder, Divide a) {
        Shapes.same("divide", a.out, a.x);
        Shapes.check(a.divisor.size() == 1, "divide", "divisor", a.divisor, "out", a.out);
        Elementwise variant = recorder.variant(Elementwise.class);
        recorder.node(
                variant,
                "divide",
                a,
                List.of(a.x, a.divisor),
                List.of(a.out),
                a.out.size(),
                sink -> variant.divide(sink, a.out.size(), a.out.slice(), a.x.slice(), a.divisor.slice(), a.epsilon));
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out}. */
    void fill(KernelSink sink, int size, Slice out, float value);

    /** Overwrites {@code out}, which must not overlap {@code x}. */
    void copy(KernelSink sink, int size, Slice out, Slice x);

    /** Overwrites {@code out}, which may be {@code a} or {@code b}. */
    void add(KernelSink sink, int size, Slice out, Slice a, Slice b);

    /** Overwrites {@code out}, which may be {@code x} or {@code y}. */
    void combine(KernelSink sink, int size, Slice out, Slice x, Slice y, Slice factors);

    /** Overwrites {@code out}, which may be {@code x}. */
    void divide(KernelSink sink, int size, Slice out, Slice x, Slice divisor, float epsilon);
}
