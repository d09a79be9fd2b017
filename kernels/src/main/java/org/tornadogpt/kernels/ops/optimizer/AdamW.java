package org.tornadogpt.kernels.ops.optimizer;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2; PyTorch's arrangement), on gradients clipped by
 * their global norm (Pascanu, Mikolov and Bengio 2013, algorithm 1):
 *
 * <pre>
 *   g      = gradient * min(1, maxNorm / (norm + 1e-6))      (no clipping where maxNorm is 0)
 *   p      = p (1 - learningRate * weightDecay)              (only the first `decayed` parameters)
 *   m      = beta1 m + (1 - beta1) g
 *   v      = beta2 v + (1 - beta2) g²
 *   p      = p - learningRate / correction1 * m / (sqrt(v) / sqrt(correction2) + epsilon)
 * </pre>
 *
 * with {@code correction = 1 - beta^t}, t counted from 1.
 */
public interface AdamW extends Variant {
    String OPERATION = "adamw";

    /** Layout of the hyper-parameter buffer, which the host fills before each step. */
    int LEARNING_RATE = 0;

    int BETA1 = 1;
    int BETA2 = 2;
    int EPSILON = 3;
    int WEIGHT_DECAY = 4;
    int CORRECTION1 = 5;
    int CORRECTION2 = 6;
    int MAX_NORM = 7;
    int HYPER = 8;

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Updates {@code parameters}, {@code m} and {@code v} in place; {@code gradients} are left as they are. */
    void step(
            KernelSink sink,
            int size,
            int decayed,
            Slice parameters,
            Slice gradients,
            Slice m,
            Slice v,
            Slice hyper,
            Slice norm);
}
