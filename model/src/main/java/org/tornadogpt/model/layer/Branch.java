package org.tornadogpt.model.layer;

import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.residual.Residual;

/** What branches of the residual stream have in common. */
final class Branch {
    private Branch() {}

    /**
     * The gradient with which a branch's way back begins. Without dropout it is the stream's: no copy, as all its
     * readers come before the normalisation adds to {@code dx}.
     */
    static Tensor gradient(Recorder recorder, String name, Tensor dx, Dropout dropout) {
        if (!dropout.isActive()) {
            return dx;
        }
        Tensor dbranch = recorder.allocate(name, dx.rows(), dx.columns());
        new Residual.Backward(dbranch, dx, dropout).record(recorder);
        return dbranch;
    }
}
