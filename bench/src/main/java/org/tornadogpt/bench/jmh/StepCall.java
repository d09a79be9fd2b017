package org.tornadogpt.bench.jmh;

import java.util.Set;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * One call of an operation that a training step makes.
 *
 * @param index its place among all calls of the step; the same for every batch size
 * @param phase what of the operation, for example {@code backwardInput}
 * @param call the arguments that the model passed
 * @param preparation the earlier call whose results this one reads, or null
 * @param prepared tensors that the earlier call allocated for its variant's own use
 * @param operation whose variants compute it
 * @param cost arithmetic and least memory traffic
 */
record StepCall(
        int index,
        String phase,
        OperationCall call,
        OperationCall preparation,
        Set<Tensor> prepared,
        String operation,
        Cost cost) {
    /** The call's name and shapes, for example {@code forward:2048x384x128}; a word without blanks. */
    String label() {
        return CallLabel.of(this);
    }
}
