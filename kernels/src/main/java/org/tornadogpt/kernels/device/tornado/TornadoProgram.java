package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A list of graph executions; outputs that it writes are brought to the host at the end. */
final class TornadoProgram implements Program {
    private final String name;
    private final List<GraphPlan.Execution> executions;
    private final DeviceRun run;
    private final List<FloatArray> outputs;
    private final List<FloatArray> writtenState;
    private final ReentrantLock turn;

    /**
     * @param buffers all arrays of the workspace
     * @param turn of the device, whose programs run one at a time
     */
    TornadoProgram(
            String name, List<GraphPlan.Execution> executions, DeviceRun run, Buffers buffers, ReentrantLock turn) {
        this.name = name;
        this.executions = executions;
        this.run = run;
        this.turn = turn;
        outputs = written(executions, buffers.outputs());
        writtenState = written(executions, buffers.floatState());
    }

    /** Those of {@code arrays} that some node writes. */
    private static List<FloatArray> written(List<GraphPlan.Execution> executions, List<FloatArray> arrays) {
        Set<Object> written = Collections.newSetFromMap(new IdentityHashMap<>());
        for (GraphPlan.Execution execution : executions) {
            for (Node node : execution.nodes()) {
                node.writes().forEach(tensor -> written.add(tensor.slice().array()));
            }
        }
        return arrays.stream().filter(written::contains).toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run() {
        inTurn(() -> {
            executions.forEach(run::execute);
            return null;
        });
    }

    /** Runs graphs while nobody else uses the device; then outputs are on the host. */
    private <R> R inTurn(Supplier<R> graphs) {
        turn.lock();
        try {
            run.begin();
            R result = graphs.get();
            run.end(writtenState);
            fetch();
            return result;
        } finally {
            turn.unlock();
        }
    }

    private void fetch() {
        outputs.forEach(run::toHost);
    }

    @Override
    public List<Timing> runTimed() {
        return inTurn(this::timed);
    }

    private List<Timing> timed() {
        List<Timing> timings = new ArrayList<>();
        for (GraphPlan.Execution execution : executions) {
            Map<String, Long> times = run.executeProfiled(execution).kernelNanos();
            long[] nanos = new long[execution.nodes().size()];
            boolean[] here = new boolean[nanos.length];
            for (GraphPlan.Task task : execution.graph().tasks()) {
                here[task.node()] = true;
                nanos[task.node()] += times.getOrDefault(execution.graph().name() + "." + task.id(), 0L);
            }
            for (int i = 0; i < nanos.length; i++) {
                if (here[i]) {
                    timings.add(new Timing(execution.nodes().get(i), nanos[i]));
                }
            }
        }
        return timings;
    }

    /**
     * Graph by graph: a node is looked at when its graph has run, unless a later node of the graph has used its memory
     * again.
     */
    @Override
    public Optional<String> firstNonFinite() {
        return inTurn(this::findNonFinite);
    }

    private Optional<String> findNonFinite() {
        for (GraphPlan.Execution execution : executions) {
            run.execute(execution);
            List<Node> nodes = nodesOf(execution);
            for (int i = 0; i < nodes.size(); i++) {
                for (Tensor tensor : nodes.get(i).writes()) {
                    if (isLastWriter(nodes, i, tensor.slice()) && !isFinite(tensor.slice())) {
                        return Optional.of(nodes.get(i).label());
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<Node> nodesOf(GraphPlan.Execution execution) {
        return Arrays.stream(execution.graph().tasks().stream()
                        .mapToInt(GraphPlan.Task::node)
                        .distinct()
                        .toArray())
                .mapToObj(execution.nodes()::get)
                .toList();
    }

    private static boolean isLastWriter(List<Node> nodes, int writer, Slice slice) {
        return nodes.subList(writer + 1, nodes.size()).stream()
                .flatMap(n -> n.writes().stream())
                .map(Tensor::slice)
                .noneMatch(s -> s.array() == slice.array()
                        && s.offset() < slice.offset() + slice.length()
                        && slice.offset() < s.offset() + s.length()
                        && !s.equals(slice));
    }

    private boolean isFinite(Slice slice) {
        run.toHost(slice.array());
        for (int i = 0; i < slice.length(); i++) {
            if (!Float.isFinite(slice.get(i))) {
                return false;
            }
        }
        return true;
    }
}
