package org.tornadogpt.kernels.ops.loss;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;

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
