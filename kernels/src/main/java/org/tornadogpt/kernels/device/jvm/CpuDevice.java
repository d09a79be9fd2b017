package org.tornadogpt.kernels.device.jvm;

import java.util.List;
import java.util.Map;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.graph.Recording;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.vector.WarmUpVector;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** All cores and the Vector API. Results do not depend on the number of threads. */
public final class CpuDevice extends JvmDevice {
    private static final Map<String, String> DEFAULTS =
            Map.of(MatMul.OPERATION, "blocked", CausalAttention.OPERATION, "flash");

    private boolean trains;

    /** With {@code threads} worker threads, the caller's included. The first device of a JVM begins to warm up its largest kernel. */
    public CpuDevice(int threads) {
        super(threads);
        WarmUpVector.begin();
    }

    @Override
    public Map<String, Program> build(List<Recording> recordings, Buffers buffers) {
        if (recordings.stream()
                .flatMap(recording -> recording.nodes().stream())
                .anyMatch(CpuDevice::isWeightGradient)) {
            WarmUpVector.beginTraining();
            trains = true;
        }
        return super.build(recordings, buffers);
    }

    @Override
    public void awaitWarmUp() {
        if (trains) {
            WarmUpVector.awaitTraining();
        }
    }

    private static boolean isWeightGradient(Node node) {
        return node.operation().equals(MatMul.OPERATION) && node.phase().equals(MatMul.BACKWARD_WEIGHT);
    }

    @Override
    public String id() {
        return "cpu";
    }

    @Override
    public String description() {
        return threads() + (threads() == 1 ? " thread" : " threads") + ", Vector API";
    }

    @Override
    public boolean runs(Variant.Style style) {
        return style != Variant.Style.GROUP;
    }

    @Override
    public String defaultVariant(String operation) {
        return DEFAULTS.getOrDefault(operation, "vector");
    }
}
