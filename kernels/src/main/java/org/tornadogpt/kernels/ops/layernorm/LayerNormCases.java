package org.tornadogpt.kernels.ops.layernorm;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** Forward and backward in one program. */
public final class LayerNormCases implements KernelCases {
    @Override
    public String operation() {
        return LayerNorm.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(13, 67));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1, 1), both(5, 128), both(70, 384), both(3, 1031));
    }

    private KernelCase both(int N, int C) {
        return new KernelCase(operation(), "N" + N + " C" + C, Math.max(N, C), (recorder, t) -> {
            Tensor x = t.activation("x", N, C);
            Tensor out = t.unset("out", N, C);
            Tensor statistics = t.unset("statistics", N, 2);
            LayerNorm.Forward forward =
                    new LayerNorm.Forward(out, statistics, x, t.parameter("weight", C), t.parameter("bias", C), 1e-5f);
            LayerNorm.forward(recorder, forward);
            Tensor dx = t.activation("dx", N, C);
            Tensor dweight = t.parameter("dweight", C);
            Tensor dbias = t.parameter("dbias", C);
            LayerNorm.backward(
                    recorder, new LayerNorm.Backward(forward, dx, dweight, dbias, t.activation("dout", N, C)));
            t.result(out);
            t.result(dx);
            t.resultState(dweight);
            t.resultState(dbias);
        });
    }
}
