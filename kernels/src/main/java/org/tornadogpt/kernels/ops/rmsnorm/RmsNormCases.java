package org.tornadogpt.kernels.ops.rmsnorm;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** Forward and backward in one program. */
public final class RmsNormCases implements KernelCases {
    @Override
    public String operation() {
        return RmsNorm.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(13, 67));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1, 1), both(5, 128), both(200, 384), both(3, 1031));
    }

    private KernelCase both(int N, int C) {
        return new KernelCase(operation(), "N" + N + " C" + C, Math.max(N, C), (recorder, t) -> {
            Tensor out = t.unset("out", N, C);
            Tensor rstd = t.unset("rstd", N, 1);
            RmsNorm.Forward forward =
                    new RmsNorm.Forward(out, rstd, t.activation("x", N, C), t.parameter("weight", C), 1e-5f);
            RmsNorm.forward(recorder, forward);
            Tensor dx = t.activation("dx", N, C);
            Tensor dweight = t.parameter("dweight", C);
            RmsNorm.backward(recorder, new RmsNorm.Backward(forward, dx, dweight, t.activation("dout", N, C)));
            t.result(out);
            t.result(dx);
            t.resultState(dweight);
        });
    }
}
