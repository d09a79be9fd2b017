package org.tornadogpt.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Tensor;

/** Keeps what is recorded as a list of nodes. */
final class NodeRecorder implements Recorder {
    /** Where constants live. */
    interface Constants {
        Tensor get(String name, Supplier<float[]> values, int... shape);
    }

    private final KernelChoices kernels;
    private final Constants constants;
    private final List<Node> nodes = new ArrayList<>();
    private String section = "";
    private int index;

    NodeRecorder(KernelChoices kernels, Constants constants) {
        this.kernels = kernels;
        this.constants = constants;
    }

    /** What was recorded so far, as a program. */
    NodeList list(String name) {
        return new NodeList(name, nodes);
    }

    @Override
    public Tensor allocate(String name, int... shape) {
        return Tensor.activation(name, shape);
    }

    @Override
    public Tensor constant(String name, Supplier<float[]> values, int... shape) {
        return constants.get(name, values, shape);
    }

    @Override
    public void section(String name, int repetition, Runnable body) {
        if (!section.isEmpty()) {
            throw new IllegalStateException("section " + name + " inside section " + section);
        }
        section = name;
        index = repetition;
        body.run();
        section = "";
        index = 0;
    }

    @Override
    public <V extends Variant> V variant(Class<V> type, DType weights) {
        return kernels.get(type, weights);
    }

    @Override
    public void node(
            Variant variant,
            String phase,
            OperationCall call,
            List<Tensor> reads,
            List<Tensor> writes,
            long flops,
            Consumer<KernelSink> emit) {
        checkTypes(variant, phase, reads);
        checkTypes(variant, phase, writes);
        nodes.add(new Node(
                variant.operation(),
                phase,
                variant.name(),
                call,
                reads,
                writes,
                new Cost(flops, bytes(reads) + bytes(writes)),
                section,
                index,
                emit));
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream().mapToLong(Tensor::bytes).sum();
    }

    /** Contracts that take weights of several types check the rest themselves. */
    private static void checkTypes(Variant variant, String phase, List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (!variant.weightTypes().contains(tensor.type())) {
                throw new IllegalArgumentException(variant.operation() + " " + phase + ": " + tensor + " is "
                        + tensor.type() + ", which variant " + variant.name() + " does not take");
            }
        }
    }
}
