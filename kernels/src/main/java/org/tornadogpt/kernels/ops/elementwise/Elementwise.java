package org.tornadogpt.kernels.ops.elementwise;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/** {@code fill: out = value}, {@code copy: out = x}, {@code add: out = a + b}, element by element; all overwrite. */
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
}
