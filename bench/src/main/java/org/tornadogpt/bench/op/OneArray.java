package org.tornadogpt.bench.op;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Records into another recorder, but what is allocated lies in a tensor that is there already: the host sees it on every
 * device, several programs may use it, and variants find all arguments in one array, as a model's activations are.
 */
final class OneArray implements Recorder {
    private final Recorder recorder;
    private final Tensor all;
    private int used;

    /** @param used elements of {@code all} that are taken */
    OneArray(Recorder recorder, Tensor all, int used) {
        this.recorder = recorder;
        this.all = all;
        this.used = used;
    }

    @Override
    public Tensor allocate(String name, int... shape) {
        Tensor view = all.view(name, used, shape);
        used += view.size();
        return view;
    }

    @Override
    public Tensor constant(String name, Supplier<float[]> values, int... shape) {
        return recorder.constant(name, values, shape);
    }

    @Override
    public void section(String name, int index, Runnable body) {
        recorder.section(name, index, body);
    }

    @Override
    public <V extends Variant> V variant(Class<V> type, DType weights) {
        return recorder.variant(type, weights);
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
        recorder.node(variant, phase, call, reads, writes, flops, emit);
    }
}
