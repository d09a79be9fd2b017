package org.tornadogpt.bench.jmh;

import org.tornadogpt.kernels.graph.Operations;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;

/** The separate operations that a fused call stands for, so that their variants are compared too. */
final class FusedCall {
    private FusedCall() {}

    /** Makes the calls that the fused call {@code method} replaces, its own product left out. */
    static void parts(Operations ops, String method, Object... a) {
        switch (method) {
            case "linearActivation" ->
                ops.activation((Tensor) a[0], (Tensor) (a[1] == null ? a[0] : a[1]), (Activation) a[5]);
            case "linearBackwardInputActivation" ->
                ops.activationBackward((Tensor) a[0], (Tensor) a[0], (Tensor) a[3], (Activation) a[4]);
            case "linearResidual" -> residual(ops, (Tensor) a[0], (Tensor) a[1], (Dropout) a[5]);
            default -> {
                // not fused
            }
        }
    }

    private static void residual(Operations ops, Tensor out, Tensor residual, Dropout dropout) {
        ops.residual(out, residual, ops.allocate(out.name() + ".branch", out.rows(), out.columns()), dropout);
    }
}
