package org.tornadogpt.kernels.tornado;

import java.util.Locale;
import org.tornadogpt.kernels.DeviceException;

/**
 * How it is known that kernels ran on the device: TornadoVM's profiler names the device's time of each task, and a task that fell back
 * to Java has none. Every graph's first run is checked.
 */
final class Proof {
    private final DeviceInfo device;
    private int graphs;
    private int kernels;
    private long nanos;
    private long compileNanos;

    Proof(DeviceInfo device) {
        this.device = device;
    }

    /** Counts a graph's kernels; fails for one without a time. */
    void add(GraphPlan.GraphSpec graph, Profile profile) {
        for (GraphPlan.Task task : graph.tasks()) {
            Long time = profile.kernelNanos().get(graph.name() + "." + task.id());
            if (time == null) {
                throw new DeviceException("kernel " + task.launch().call().kernel() + " has no time on " + device.id()
                        + ": it did not run there");
            }
            nanos += time;
            kernels++;
        }
        graphs++;
        compileNanos += profile.compileNanos();
    }

    /** One line for a person. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s (%s): %d kernels in %d graphs, compiled in %.1f s; each has a time of its own from the device's profiler,"
                        + " %.1f ms together",
                device.id(),
                device.backend(),
                kernels,
                graphs,
                compileNanos / 1e9,
                nanos / 1e6);
    }
}
