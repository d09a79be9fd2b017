package org.tornadogpt.kernels.graph;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * One recorded call of an operation.
 *
 * @param operation the operation's name, for example {@code matmul}
 * @param phase what of it, for example {@code forward} or {@code backwardInput}
 * @param variant the variant's name
 * @param call the arguments
 * @param reads tensors read (a tensor that is accumulated into is in {@code writes} only)
 * @param writes tensors written or accumulated into, the main result first
 * @param cost arithmetic and least memory traffic
 * @param section the repeated part of a model this call belongs to, for example {@code layer}; empty outside
 * @param index which repetition
 * @param emit hands the kernels to a device's sink, once memory is planned
 */
public record Node(
        String operation,
        String phase,
        String variant,
        OperationCall call,
        List<Tensor> reads,
        List<Tensor> writes,
        Cost cost,
        String section,
        int index,
        Consumer<KernelSink> emit) {

    /** Name of the main result; empty where nothing is written. */
    public String target() {
        return writes.isEmpty() ? "" : writes.get(0).name();
    }

    /** What to call this node in a message: operation, phase and target. */
    public String label() {
        return operation + "." + phase + " -> " + target();
    }

    /** What is read, then what is written. */
    public List<Tensor> tensors() {
        return Stream.concat(reads.stream(), writes.stream()).toList();
    }

    /**
     * What a call takes.
     *
     * @param flops floating-point operations, a fused multiply-add counted as two
     * @param bytes the least traffic: every input read once, every output written once
     */
    public record Cost(long flops, long bytes) {
        public Cost plus(Cost other) {
            return new Cost(flops + other.flops, bytes + other.bytes);
        }
    }
}
