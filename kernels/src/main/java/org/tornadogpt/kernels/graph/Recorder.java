package org.tornadogpt.kernels.graph;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Takes down what a model computes. Nothing runs here: operations check their shapes and add {@link Node}s, and a
 * device decides what they mean.
 */
public interface Recorder {
    /** Memory for an intermediate result; it lives from its first to its last use. */
    Tensor allocate(String name, int... shape);

    /**
     * Memory that never changes, such as a table of cosines, and lives as long as the workspace. What is asked for
     * twice under one name is the same.
     *
     * @param values called the first time
     */
    Tensor constant(String name, Supplier<float[]> values, int... shape);

    /**
     * Marks what {@code body} records as repetition {@code index} of a repeated part of the model. All repetitions must
     * record the same calls with the same shapes: a device may compile the first one and serve the others with it.
     */
    void section(String name, int index, Runnable body);

    /** The variant chosen for the operation whose interface is {@code type}, with weights of a type. */
    <V extends Variant> V variant(Class<V> type, DType weights);

    /** The variant chosen for the operation whose interface is {@code type}, with float32 weights or none. */
    default <V extends Variant> V variant(Class<V> type) {
        return variant(type, DType.F32);
    }

    /**
     * Adds a node.
     *
     * @param phase what of the operation, for example {@code forward}
     * @param call the arguments
     * @param reads tensors read; a tensor that is accumulated into is in {@code writes} only
     * @param writes tensors written or accumulated into, the main result first
     * @param flops floating-point operations, a fused multiply-add counted as two
     * @param emit hands the kernels to a device's sink, once memory is planned
     */
    void node(
            Variant variant,
            String phase,
            OperationCall call,
            List<Tensor> reads,
            List<Tensor> writes,
            long flops,
            Consumer<KernelSink> emit);
}
