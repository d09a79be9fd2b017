package org.tornadogpt.bench.jmh;

import org.tornadogpt.kernels.Activation;
import org.tornadogpt.kernels.Dropout;
import org.tornadogpt.kernels.Operations;
import org.tornadogpt.kernels.Tensor;

/** The separate operations that a fused call stands for, so that their variants are compared too. */
final class FusedCall {
    private FusedCall() {}

    /** Makes the calls that the fused call {@code method} replaces, its own product left out. */
    static void parts(Operations ops, String method, Object... a) {
        switch (method) {
            case "linearActivation":
                ops.activation((Tensor) a[0], (Tensor) (a[1] == null ? a[0] : a[1]), (Activation) a[5]);
                break;
            case "linearBackwardInputActivation":
                ops.activationBackward((Tensor) a[0], (Tensor) a[0], (Tensor) a[3], (Activation) a[4]);
                break;
            case "linearResidual":
                // any other tensor of that shape serves as the branch: the call is listed, not run
                Tensor out = (Tensor) a[0];
                Tensor branch = ops.allocate(out.name() + ".branch", out.rows(), out.columns());
                ops.residual(out, (Tensor) a[1], branch, (Dropout) a[5]);
                break;
            default:
                break;
        }
    }
}
