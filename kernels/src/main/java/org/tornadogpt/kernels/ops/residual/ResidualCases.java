package org.tornadogpt.kernels.ops.residual;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;

/** With dropout, forward in place. */
public final class ResidualCases implements KernelCases {
    @Override
    public String operation() {
        return Residual.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(both(7, 93));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(both(1, 1), both(33, 257), both(21, 128));
    }

    private KernelCase both(int N, int C) {
        return new KernelCase(operation(), N + "x" + C, 1, (recorder, t) -> {
            Dropout dropout = t.dropout(0.25f);
            Tensor stream = t.activation("stream", N, C);
            Residual.forward(recorder, new Residual.Forward(stream, stream, t.activation("branch", N, C), dropout));
            Tensor dbranch = t.unset("dbranch", N, C);
            Residual.backward(recorder, new Residual.Backward(dbranch, t.activation("dout", N, C), dropout));
            t.result(stream);
            t.result(dbranch);
        });
    }
}
