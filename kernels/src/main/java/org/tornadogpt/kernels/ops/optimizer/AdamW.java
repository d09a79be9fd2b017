package org.tornadogpt.kernels.ops.optimizer;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2; PyTorch's arrangement), on gradients
 * clipped by their global norm (Pascanu, Mikolov and Bengio 2013, algorithm 1):
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

    /**
     * Arguments of {@link #step(Recorder, Step)}; parameters, gradients and both moments have one shape.
     *
     * @param hyper ({@link #HYPER}), see the constants above
     * @param norm (1), the gradients' global norm
     * @param decayed the first {@code decayed} parameters decay, the rest do not
     */
    record Step(Tensor parameters, Tensor gradients, Tensor m, Tensor v, Tensor hyper, Tensor norm, int decayed)
            implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            AdamW.step(recorder, this);
        }
    }

    /** One step over flat arrays: updates parameters and moments in place, leaves the gradients. */
    static void step(Recorder recorder, Step a) {
        Shapes.same("adamW", a.parameters, a.gradients);
        Shapes.same("adamW", a.parameters, a.m);
        Shapes.same("adamW", a.parameters, a.v);
        Shapes.check(a.hyper.size() == HYPER, "adamW", "hyper", a.hyper, "parameters", a.parameters);
        Shapes.check(a.norm.size() == 1, "adamW", "norm", a.norm, "parameters", a.parameters);
        if (a.decayed < 0 || a.decayed > a.parameters.size()) {
            throw new IllegalArgumentException("adamW: " + a.decayed + " decayed parameters of " + a.parameters);
        }
        AdamW variant = recorder.variant(AdamW.class);
        recorder.node(
                variant,
                "step",
                a,
                List.of(a.gradients, a.hyper, a.norm),
                List.of(a.parameters, a.m, a.v),
                12L * a.parameters.size(),
                sink -> variant.step(
                        sink,
                        a.parameters.size(),
                        a.decayed,
                        a.parameters.slice(),
                        a.gradients.slice(),
                        a.m.slice(),
                        a.v.slice(),
                        a.hyper.slice(),
                        a.norm.slice()));
    }

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
