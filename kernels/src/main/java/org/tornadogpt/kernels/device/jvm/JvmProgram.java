package org.tornadogpt.kernels.device.jvm;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Slice;

/** A list of steps, run in order. */
final class JvmProgram implements Program {
    private final String name;
    private final List<Node> nodes;
    private final Runnable[][] steps;
    private final Runnable all = this::runAll;
    private final long flops;
    private final JvmDevice device;

    /**
     * @param steps for each node its steps
     * @param device whose threads they run on
     */
    JvmProgram(NodeList program, Runnable[][] steps, JvmDevice device) {
        name = program.name();
        nodes = program.nodes();
        this.steps = steps;
        this.device = device;
        flops = nodes.stream().mapToLong(node -> node.cost().flops()).sum();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run() {
        device.run(all, flops);
    }

    private void runAll() {
        for (Runnable[] node : steps) {
            runNode(node);
        }
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
        device.inTurn(() -> {
            for (int i = 0; i < steps.length; i++) {
                long start = System.nanoTime();
                runNode(steps[i]);
                timings.add(new Timing(nodes.get(i), System.nanoTime() - start));
            }
        });
        return timings;
    }

    @Override
    public Optional<String> firstNonFinite() {
        AtomicReference<String> found = new AtomicReference<>();
        device.inTurn(() -> {
            for (int i = 0; i < steps.length && found.get() == null; i++) {
                runNode(steps[i]);
                if (!nodes.get(i).writes().stream().allMatch(written -> isFinite(written.slice()))) {
                    found.set(nodes.get(i).label());
                }
            }
        });
        return Optional.ofNullable(found.get());
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
