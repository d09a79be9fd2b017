package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A list of graph executions; outputs that it writes are brought to the host at the end. */
final class TornadoProgram implements Program {
    private final String name;
    private final List<GraphPlan.Execution> executions;
    private final DeviceRun run;
    private final List<FloatArray> outputs;

    /** @param outputs all output arrays of the workspace */
    TornadoProgram(String name, List<GraphPlan.Execution> executions, DeviceRun run, List<FloatArray> outputs) {
        this.name = name;
        this.executions = executions;
        this.run = run;
        this.outputs = written(executions, outputs);
    }

    private static List<FloatArray> written(List<GraphPlan.Execution> executions, List<FloatArray> outputs) {
        Set<Object> arguments = Collections.newSetFromMap(new IdentityHashMap<>());
        for (GraphPlan.Execution execution : executions) {
            for (GraphPlan.Task task : execution.graph().tasks()) {
                arguments.addAll(task.launch().call().arguments());
            }
        }
        return outputs.stream().filter(arguments::contains).toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run() {
        for (GraphPlan.Execution execution : executions) {
            run.execute(execution);
        }
        fetch();
    }

    private void fetch() {
        outputs.forEach(run::toHost);
    }

    @Override
    public List<Timing> runTimed() {
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
        fetch();
        return timings;
    }

    /** Graph by graph: a node is looked at when its graph has run, unless a later node of the graph has used its memory again. */
    @Override
    public Optional<String> firstNonFinite() {
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
