package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;
import org.tornadogpt.kernels.memory.Buffers;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How the programs of a workspace become graphs: a pure description, which TornadoVM has no part in.
 *
 * <ol>
 *   <li>A program is cut into <em>segments</em>: each repetition of a section is one, and what lies between sections.
 *   <li>Consecutive repetitions of one section must launch the same kernels with the same arguments; they differ in
 *       their rows of the offset tables only. They are <em>folded</em>: the first one's graphs serve all. They also
 *       serve segments of other programs that happen to launch the same.
 *   <li>A segment's tasks are split into graphs that fit TornadoVM's list of task descriptors.
 * </ol>
 *
 * @param offsets the tables that hold the rows of the segment that runs
 * @param wholes the arrays of library tasks
 * @param shared all float arrays, which every graph takes over from the one before it
 * @param graphs every graph, once
 * @param programs for each program the executions that make it up, in order
 */
record GraphPlan(
        List<IntArray> offsets,
        List<FloatArray> wholes,
        List<FloatArray> shared,
        List<GraphSpec> graphs,
        Map<String, List<Execution>> programs) {

    /**
     * A task.
     *
     * @param id its name within the graph
     * @param node position of the node that launches it, within its segment
     */
    record Task(String id, int node, Launch launch) {}

    /**
     * A graph.
     *
     * @param inputs arrays copied to the device whenever the graph runs: the tables, and the inputs that its tasks read
     */
    record GraphSpec(int index, String name, List<Task> tasks, List<Object> inputs) {}

    /**
     * One run of one graph.
     *
     * @param rows what the offset tables must hold
     * @param nodes the nodes of the segment; tasks refer to them by position
     */
    record Execution(GraphSpec graph, List<int[]> rows, List<Node> nodes) {}

    /**
     * Kernel by kernel the shapes of its work-groups, for a run's record; empty where no kernel is written for them.
     */
    Map<String, Set<String>> groupShapes() {
        Map<String, Set<String>> shapes = new TreeMap<>();
        for (GraphSpec graph : graphs) {
            for (Task task : graph.tasks()) {
                Launch launch = task.launch();
                if (launch.groups() != null) {
                    shapes.computeIfAbsent(launch.call().kernel(), k -> new TreeSet<>())
                            .add(launch.groups().shape());
                }
            }
        }
        return shapes;
    }

    /** Makes the plan of all programs. */
    static GraphPlan of(List<NodeList> programs, Buffers buffers, Splitter splitter, TornadoKernelSink.Target target) {
        TornadoKernelSink measuring = TornadoKernelSink.measuring(target);
        for (NodeList program : programs) {
            Segment.emit(program, measuring);
        }
        Builder builder = new Builder(buffers, measuring.measured(), splitter);
        programs.forEach(builder::add);
        return builder.build();
    }

    /** A segment and the graphs made from it. */
    private record Made(Segment segment, List<GraphSpec> graphs) {}

    /** Collects graphs and programs. */
    private static final class Builder {
        private final TornadoKernelSink sink;
        private final Splitter splitter;
        private final List<FloatArray> shared = new ArrayList<>();
        private final Set<Object> sharedSet = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Object> floatInputs = Collections.newSetFromMap(new IdentityHashMap<>());
        private final List<GraphSpec> graphs = new ArrayList<>();
        private final List<Made> made = new ArrayList<>();
        private final Map<String, List<Execution>> programs = new LinkedHashMap<>();

        Builder(Buffers buffers, TornadoKernelSink sink, Splitter splitter) {
            this.sink = sink;
            this.splitter = splitter;
            List.of(
                            buffers.floatState(),
                            buffers.floatArenas(),
                            buffers.outputs(),
                            sink.wholes(),
                            List.of(sink.scratch().array()))
                    .forEach(shared::addAll);
            sharedSet.addAll(shared);
            floatInputs.addAll(buffers.floatInputs());
        }

        void add(NodeList program) {
            List<Execution> executions = new ArrayList<>();
            for (List<Segment> repetitions : Segment.runs(Segment.emit(program, sink))) {
                Segment first = repetitions.get(0);
                repetitions.forEach(r -> first.checkServes(r, program.name()));
                List<GraphSpec> parts = made.stream()
                        .filter(m -> m.segment.serves(first))
                        .findFirst()
                        .map(Made::graphs)
                        .orElseGet(() -> graphs(program.name(), first));
                for (Segment repetition : repetitions) {
                    parts.forEach(part -> executions.add(new Execution(part, repetition.rows(), repetition.nodes())));
                }
            }
            programs.put(program.name(), List.copyOf(executions));
        }

        private List<GraphSpec> graphs(String program, Segment segment) {
            List<GraphSpec> parts = new ArrayList<>();
            for (List<Task> tasks : splitter.split(segment.tasks())) {
                String name = "g" + graphs.size() + "_" + program.replaceAll("[^A-Za-z0-9]", "_");
                GraphSpec graph = new GraphSpec(graphs.size(), name, tasks, inputs(tasks));
                graphs.add(graph);
                parts.add(graph);
            }
            made.add(new Made(segment, List.copyOf(parts)));
            return parts;
        }

        private List<Object> inputs(List<Task> tasks) {
            Set<Object> found = Collections.newSetFromMap(new IdentityHashMap<>());
            List<Object> inputs = new ArrayList<>();
            for (Task task : tasks) {
                for (Object argument : task.launch().call().arguments()) {
                    if (isInput(task, argument) && found.add(argument)) {
                        inputs.add(argument);
                    }
                }
            }
            return List.copyOf(inputs);
        }

        private boolean isInput(Task task, Object argument) {
            if (argument instanceof FloatArray && !floatInputs.contains(argument) && !sharedSet.contains(argument)) {
                throw new IllegalArgumentException("kernel "
                        + task.launch().call().kernel() + " is given a float array that is none of the workspace's");
            }
            return argument instanceof IntArray || floatInputs.contains(argument);
        }

        GraphPlan build() {
            return new GraphPlan(
                    sink.tables(),
                    sink.wholes(),
                    List.copyOf(shared),
                    List.copyOf(graphs),
                    Collections.unmodifiableMap(programs));
        }
    }
}
