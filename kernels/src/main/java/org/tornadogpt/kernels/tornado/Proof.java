package org.tornadogpt.kernels.tornado;

import java.util.Locale;
import java.util.Map;

/**
 * How it is known that kernels ran on the device: TornadoVM's profiler names the device's time of each task, and a task that fell back
 * to Java has none. Every graph's first run is checked.
 */
final class Proof {
    private final DeviceInfo device;
    private int graphs;
    private int kernels;
    private long nanos;

    Proof(DeviceInfo device) {
        this.device = device;
    }

    /** Counts a graph's kernels; fails for one without a time. */
    void add(GraphPlan.GraphSpec graph, Map<String, Long> times) {
        for (GraphPlan.Task task : graph.tasks()) {
            Long time = times.get(graph.name() + "." + task.id());
            if (time == null) {
                throw new IllegalStateException("kernel " + task.launch().call().kernel() + " has no time on "
                        + device.id() + ": it did not run there");
            }
            nanos += time;
            kernels++;
        }
        graphs++;
    }

    /** One line for a person. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s: %d compiled kernels in %d graphs, each with a time of its own from the device's profiler, %.1f ms together",
                device.id(),
                kernels,
                graphs,
                nanos / 1e6);
    }
}
