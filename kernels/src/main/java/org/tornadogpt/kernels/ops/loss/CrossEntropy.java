package org.tornadogpt.kernels.ops.loss;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Softmax and negative log-likelihood in one pass over each row of the logits (N,V):
 *
 * <pre>
 *   losses[n]    = log(sum_v exp(logits[n,v] - max)) + max - logits[n, targets[n]]
 *   dlogits[n,v] = (softmax(logits[n])[v] - [v = targets[n]]) scale
 * </pre>
 *
 * {@code scale} is 1/N for the mean over rows (times 1/micro-steps when gradients are accumulated).
 */
public interface CrossEntropy extends Variant {
    String OPERATION = "crossentropy";

    /** Arguments of {@link #forward(Recorder, Forward)}: losses (N), logits (N, V), targets (N). */
    record Forward(Tensor losses, Tensor logits, IntTensor targets) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CrossEntropy.forward(recorder, this);
        }
    }

    /**
     * Arguments of {@link #forwardWithGradient(Recorder, WithGradient)}; {@code dlogits} (N, V) may be {@code logits}.
     */
    record WithGradient(Tensor losses, Tensor dlogits, Tensor logits, IntTensor targets, float scale)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CrossEntropy.forwardWithGradient(recorder, this);
        }
    }

    /** {@code losses[n] = -log softmax(logits[n])[targets[n]]}. */
    static void forward(Recorder recorder, Forward a) {
        int N = a.logits.rows();
        int V = a.logits.columns();
        check("crossEntropy", a.losses, a.logits, a.targets);
        CrossEntropy variant = recorder.variant(CrossEntropy.class);
        recorder.node(
                variant,
                "forward",
                a,
                List.of(a.logits),
                List.of(a.losses),
                4L * N * V,
                sink -> variant.forward(sink, N, V, a.losses.slice(), a.logits.slice(), a.targets.slice()));
    }

    /** The losses as above and {@code dlogits = (softmax(logits) - onehot(targets)) * scale} in one pass. */
    static void forwardWithGradient(Recorder recorder, WithGradient a) {
        int N = a.logits.rows();
        int V = a.logits.columns();
        check("crossEntropyWithGradient", a.losses, a.logits, a.targets);
        Shapes.same("crossEntropyWithGradient", a.dlogits, a.logits);
        CrossEntropy variant = recorder.variant(CrossEntropy.class);
        recorder.node(
                variant,
                "forwardWithGradient",
                a,
                List.of(a.logits),
                List.of(a.losses, a.dlogits),
                6L * N * V,
                sink -> variant.forwardWithGradient(
                        sink, N, V, a.scale, a.losses.slice(), a.dlogits.slice(), a.logits.slice(), a.targets.slice()));
    }

    private static void check(String operation, Tensor losses, Tensor logits, IntTensor targets) {
        Shapes.check(losses.size() == logits.rows(), operation, "losses", losses, "logits", logits);
        Shapes.check(targets.size() == logits.rows(), operation, "targets", targets, "logits", logits);
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code losses} (N). */
    void forward(KernelSink sink, int N, int V, Slice losses, Slice logits, IntSlice targets);

    /** Overwrites {@code losses} (N) and {@code dlogits} (N,V), which may be {@code logits}. */
    void forwardWithGradient(
            KernelSink sink, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets);
}
