package org.tornadogpt.kernels.ops.loss;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** Losses alone, then losses and gradients in place. */
public final class CrossEntropyCases implements KernelCases {
    @Override
    public String operation() {
        return CrossEntropy.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(21, 95));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1, 1), both(5, 128), both(70, 384), both(3, 1031));
    }

    private KernelCase both(int N, int V) {
        return new KernelCase(operation(), "N" + N + " V" + V, V, (recorder, t) -> {
            IntTensor targets = t.below("targets", V, N);
            Tensor logits = t.activation("logits", N, V);
            Tensor losses = t.unset("losses", N);
            CrossEntropy.forward(recorder, new CrossEntropy.Forward(losses, logits, targets));
            Tensor again = t.unset("again", N);
            t.result(losses);
            CrossEntropy.forwardWithGradient(
                    recorder, new CrossEntropy.WithGradient(again, logits, logits, targets, 0.25f));
            t.result(again);
            t.result(logits);
        });
    }
}
