package org.tornadogpt.kernels.ops.matmul;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;

/** The products by themselves, and with what may be fused into them. */
public final class MatMulCases implements KernelCases {
    private static final int[][] SIZES = {
        {1, 1, 1}, {1, 64, 65}, {64, 64, 64}, {130, 33, 66}, {65, 128, 13}, {3, 257, 31}
    };

    @Override
    public String operation() {
        return MatMul.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return cases(37, 29, 43);
    }

    @Override
    public List<KernelCase> more() {
        List<KernelCase> cases = new ArrayList<>();
        for (int[] s : SIZES) {
            cases.addAll(cases(s[0], s[1], s[2]));
        }
        return cases;
    }

    private List<KernelCase> cases(int N, int K, int O) {
        List<KernelCase> cases = new ArrayList<>(List.of(forward(N, K, O), backward(N, K, O)));
        for (Activation kind : Activation.values()) {
            cases.add(activation(N, K, O, kind));
        }
        cases.add(residual(N, K, O));
        return cases;
    }

    private static String size(int N, int K, int O) {
        return " N" + N + " K" + K + " O" + O;
    }

    private KernelCase forward(int N, int K, int O) {
        return new KernelCase(operation(), "forward" + size(N, K, O), K, (recorder, t) -> {
            Tensor out = t.unset("out", N, O);
            MatMul.forward(
                    recorder,
                    new MatMul.Forward(
                            out, t.activation("x", N, K), t.parameter("weight", O, K), t.parameter("bias", O)));
            t.result(out);
            Tensor plain = t.unset("plain", N, O);
            MatMul.forward(
                    recorder, new MatMul.Forward(plain, t.activation("x2", N, K), t.parameter("weight2", O, K), null));
            t.result(plain);
        });
    }

    private KernelCase backward(int N, int K, int O) {
        return new KernelCase(operation(), "backward" + size(N, K, O), Math.max(N, O), (recorder, t) -> {
            Tensor dx = t.unset("dx", N, K);
            Tensor dout = t.activation("dout", N, O);
            Tensor dweight = t.parameter("dweight", O, K);
            Tensor dbias = t.parameter("dbias", O);
            MatMul.backwardInput(recorder, new MatMul.BackwardInput(dx, dout, t.parameter("weight", O, K)));
            MatMul.backwardWeight(recorder, new MatMul.BackwardWeight(dweight, dbias, dout, t.activation("x", N, K)));
            t.result(dx);
            t.resultState(dweight);
            t.resultState(dbias);
        });
    }

    private KernelCase activation(int N, int K, int O, Activation kind) {
        return new KernelCase(operation(), kind + size(N, K, O), Math.max(K, O), (recorder, t) -> {
            Tensor out = t.unset("out", N, O);
            Tensor pre = kind.needsInput() ? t.unset("pre", N, O) : null;
            Tensor x = t.activation("x", N, K);
            MatMul.forwardActivation(
                    recorder,
                    new MatMul.ForwardActivation(
                            out, pre, x, t.parameter("weight", O, K), t.parameter("bias", O), kind));
            Tensor dx = t.unset("dx", N, K);
            MatMul.backwardInputActivation(
                    recorder,
                    new MatMul.BackwardInputActivation(
                            dx, t.activation("dout", N, O), t.parameter("weight2", O, K), x, kind));
            t.result(out);
            t.result(dx);
            if (pre != null) {
                t.result(pre);
            }
        });
    }

    private KernelCase residual(int N, int K, int O) {
        return new KernelCase(operation(), "residual" + size(N, K, O), K, (recorder, t) -> {
            Dropout dropout = t.dropout(0.3f);
            Tensor stream = t.activation("stream", N, O);
            MatMul.forwardResidual(
                    recorder,
                    new MatMul.ForwardResidual(
                            stream,
                            stream,
                            t.activation("x", N, K),
                            t.parameter("weight", O, K),
                            t.parameter("bias", O),
                            dropout));
            t.result(stream);
        });
    }
}
