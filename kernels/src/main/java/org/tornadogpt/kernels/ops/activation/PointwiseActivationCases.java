package org.tornadogpt.kernels.ops.activation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** Every activation, backward in place. */
public final class PointwiseActivationCases implements KernelCases {
    @Override
    public String operation() {
        return PointwiseActivation.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return each(7, 93).toList();
    }

    @Override
    public List<KernelCase> more() {
        return Stream.concat(each(1, 1), each(33, 257)).toList();
    }

    private Stream<KernelCase> each(int N, int C) {
        return Arrays.stream(Activation.values()).map(kind -> both(N, C, kind));
    }

    private KernelCase both(int N, int C, Activation kind) {
        return new KernelCase(operation(), kind + " " + N + "x" + C, 1, (recorder, t) -> {
            Tensor out = t.unset("out", N, C);
            Tensor x = t.activation("x", N, C);
            PointwiseActivation.forward(recorder, new PointwiseActivation.Forward(out, x, kind));
            Tensor dx = t.activation("dx", N, C);
            PointwiseActivation.backward(recorder, new PointwiseActivation.Backward(dx, dx, x, kind));
            t.result(out);
            t.result(dx);
        });
    }
}
