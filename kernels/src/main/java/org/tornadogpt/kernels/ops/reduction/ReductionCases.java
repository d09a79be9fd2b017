package org.tornadogpt.kernels.ops.reduction;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;

/** Mean and norm. */
public final class ReductionCases implements KernelCases {
    @Override
    public String operation() {
        return Reduction.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(1501));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1), both(70_001));
    }

    private KernelCase both(int size) {
        return new KernelCase(operation(), "size " + size, 512, (recorder, t) -> {
            Reduction.mean(recorder, new Reduction.Mean(t.output("mean"), t.activation("values", size)));
            Reduction.norm(recorder, new Reduction.Norm(t.output("norm"), t.parameter("gradients", size)));
        });
    }
}
