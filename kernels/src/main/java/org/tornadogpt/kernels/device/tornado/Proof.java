package org.tornadogpt.kernels.device.tornado;

import java.util.Locale;
import org.tornadogpt.kernels.graph.DeviceException;

/**
 * How it is known that kernels ran on the device: TornadoVM's profiler names the device's time of each task, and a task
 * that fell back to Java has none. Every graph's first run is checked.
 */
final class Proof {
    private final DeviceInfo device;
    private int graphs;
    private int kernels;
    private long nanos;
    private long compileNanos;
    private int replayedGraphs;
    private int replayedKernels;

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

    /** Counts the kernels of a graph that is recorded and replayed, of which the profiler knows nothing. */
    void addReplayed(GraphPlan.GraphSpec graph) {
        replayedKernels += graph.tasks().size();
        replayedGraphs++;
    }

    /** One line for a person. */
    String text() {
        String timed = graphs > 0 || replayedGraphs == 0 ? timed() : device.id() + " (" + device.backend() + ")";
        return replayedGraphs == 0
                ? timed
                : String.format(
                        Locale.ROOT,
                        "%s: %d kernels replayed as %d CUDA graphs, which have no times of their own",
                        timed,
                        replayedKernels,
                        replayedGraphs);
    }

    private String timed() {
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
