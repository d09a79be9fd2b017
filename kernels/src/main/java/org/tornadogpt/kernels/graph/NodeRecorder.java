package org.tornadogpt.kernels.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
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
    public <V extends Variant> V variant(Class<V> type) {
        return kernels.get(type);
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
        return tensors.stream().mapToLong(t -> (long) t.size() * Float.BYTES).sum();
    }
}
