package org.tornadogpt.kernels.ops.optimizer;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** One clipped step, half of the parameters decayed. */
public final class AdamWCases implements KernelCases {
    @Override
    public String operation() {
        return AdamW.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(step(1501));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(step(1), step(70_001));
    }

    private KernelCase step(int size) {
        return new KernelCase(operation(), "size " + size, 1, (recorder, t) -> {
            Tensor parameters = t.parameter("parameters", size);
            Tensor gradients = t.parameter("gradients", size);
            Tensor m = t.parameter("m", size);
            Tensor v = t.constant("v", 0.5f, size);
            Tensor hyper = t.input("hyper", 1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.1f, 0.05f, 1f);
            Tensor norm = t.constant("norm", 3f, 1);
            AdamW.step(recorder, new AdamW.Step(parameters, gradients, m, v, hyper, norm, size / 2));
            t.resultState(parameters);
            t.resultState(m);
            t.resultState(v);
        });
    }
}
