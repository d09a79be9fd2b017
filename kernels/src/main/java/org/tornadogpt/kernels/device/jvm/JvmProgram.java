package org.tornadogpt.kernels.device.jvm;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/** A list of steps, run in order. */
final class JvmProgram implements Program {
    private final String name;
    private final List<Node> nodes;
    private final Runnable[][] steps;
    private final WorkerPool pool;

    /**
     * @param steps for each node its steps
     * @param pool what they run on
     */
    JvmProgram(String name, List<Node> nodes, Runnable[][] steps, WorkerPool pool) {
        this.name = name;
        this.nodes = nodes;
        this.steps = steps;
        this.pool = pool;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run() {
        for (Runnable[] node : steps) {
            runNode(node);
        }
    }

    @Override
    public void runAlone() {
        pool.alone(this::run);
    }

    private void runNode(Runnable[] node) {
        try {
            for (Runnable step : node) {
                step.run();
            }
        } finally {
            Reference.reachabilityFence(this); // VectorSlice knows addresses of memory that goes with its arrays
        }
    }

    @Override
    public List<Timing> runTimed() {
        List<Timing> timings = new ArrayList<>(steps.length);
        for (int i = 0; i < steps.length; i++) {
            long start = System.nanoTime();
            runNode(steps[i]);
            timings.add(new Timing(nodes.get(i), System.nanoTime() - start));
        }
        return timings;
    }

    @Override
    public Optional<String> firstNonFinite() {
        for (int i = 0; i < steps.length; i++) {
            runNode(steps[i]);
            for (Tensor written : nodes.get(i).writes()) {
                if (!isFinite(written.slice())) {
                    return Optional.of(nodes.get(i).label());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isFinite(Slice slice) {
        for (int i = 0; i < slice.length(); i++) {
            if (!Float.isFinite(slice.get(i))) {
                return false;
            }
        }
        return true;
    }
}
