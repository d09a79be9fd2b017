package org.tornadogpt.kernels.device.jvm;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.vector.WarmUpVector;
import org.tornadogpt.kernels.memory.Buffers;

/** All cores and the Vector API. Results do not depend on the number of threads. */
public final class CpuDevice extends JvmDevice {
    /** What variants may know of it. */
    public static final DeviceTraits TRAITS =
            new DeviceTraits("cpu", Set.of(Variant.Style.LOOP, Variant.Style.VECTOR), false);

    private boolean trains;

    /** With {@code threads} worker threads, the caller's included. The first device of a JVM begins to warm up its largest kernel. */
    public CpuDevice(int threads) {
        super(threads);
        WarmUpVector.begin();
    }

    @Override
    public Map<String, Program> build(List<NodeList> programs, Buffers buffers) {
        if (programs.stream()
                .flatMap(program -> program.nodes().stream())
                .anyMatch(node -> node.phase().startsWith("backward"))) {
            WarmUpVector.beginTraining();
            trains = true;
        }
        return super.build(programs, buffers);
    }

    @Override
    public void awaitWarmUp() {
        if (trains) {
            WarmUpVector.awaitTraining();
        }
    }

    @Override
    public DeviceTraits traits() {
        return TRAITS;
    }

    @Override
    public String description() {
        return threads() + (threads() == 1 ? " thread" : " threads") + ", Vector API";
    }
}
