package org.tornadogpt.kernels.ops.swiglu;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** Forward, then backward in place. */
public final class SwiGluCases implements KernelCases {
    @Override
    public String operation() {
        return SwiGlu.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(7, 93));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1, 1), both(33, 257), both(3, 20_011), both(1030, 16));
    }

    private KernelCase both(int N, int F) {
        return new KernelCase(operation(), "N" + N + " F" + F, 1, (recorder, t) -> {
            Tensor x = t.activation("x", N, 2 * F);
            Tensor out = t.unset("out", N, F);
            SwiGlu.forward(recorder, new SwiGlu.Forward(out, x));
            SwiGlu.backward(recorder, new SwiGlu.Backward(x, t.activation("dout", N, F), x));
            t.result(out);
            t.result(x);
        });
    }
}
