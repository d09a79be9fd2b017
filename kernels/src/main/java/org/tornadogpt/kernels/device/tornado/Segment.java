package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.NodeList;

/**
 * Consecutive nodes of one repetition of a section, or outside any section.
 *
 * @param section the section's name, empty outside
 * @param index which repetition
 * @param tasks what the nodes launch, in order
 * @param rows the numbers that the tasks read from the offset tables, table by table
 */
record Segment(String section, int index, List<Node> nodes, List<GraphPlan.Task> tasks, List<int[]> rows) {

    /** Cuts a program into segments and lets its nodes launch their kernels. */
    static List<Segment> emit(NodeList program, TornadoKernelSink sink) {
        List<Segment> segments = new ArrayList<>();
        List<Node> all = program.nodes();
        int from = 0;
        for (int to = 1; to <= all.size(); to++) {
            if (to == all.size() || !together(all.get(from), all.get(to))) {
                segments.add(emit(all.subList(from, to), sink));
                from = to;
            }
        }
        return segments;
    }

    private static boolean together(Node a, Node b) {
        return a.section().equals(b.section()) && a.index() == b.index();
    }

    private static Segment emit(List<Node> nodes, TornadoKernelSink sink) {
        List<GraphPlan.Task> tasks = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).emit().accept(sink);
            for (Launch launch : sink.takeLaunches()) {
                tasks.add(new GraphPlan.Task(
                        "t" + tasks.size() + "_" + launch.call().kernel(), i, launch));
            }
        }
        Node first = nodes.get(0);
        return new Segment(first.section(), first.index(), List.copyOf(nodes), List.copyOf(tasks), sink.takeRows());
    }

    /** Groups consecutive repetitions of the same section. */
    static List<List<Segment>> runs(List<Segment> segments) {
        List<List<Segment>> runs = new ArrayList<>();
        for (Segment segment : segments) {
            boolean continues = !runs.isEmpty()
                    && !segment.section.isEmpty()
                    && runs.get(runs.size() - 1).get(0).section.equals(segment.section);
            if (!continues) {
                runs.add(new ArrayList<>());
            }
            runs.get(runs.size() - 1).add(segment);
        }
        return runs;
    }

    /** Fails unless this segment's compiled kernels can do {@code other}'s work. */
    void checkServes(Segment other, String program) {
        Optional<String> difference = difference(other);
        if (difference.isPresent()) {
            throw new IllegalArgumentException("program " + program + ": repetition " + other.index + " of section "
                    + section + " cannot be served by the compiled repetition " + index + ": " + difference.get()
                    + "; repetitions may differ in their offsets only (activations that lie in several arrays differ in "
                    + "more: use a smaller batch)");
        }
    }

    /** Whether this segment's compiled kernels can do {@code other}'s work, kernel by kernel for the same nodes. */
    boolean serves(Segment other) {
        return difference(other).isEmpty()
                && tasks.stream()
                        .map(GraphPlan.Task::node)
                        .toList()
                        .equals(other.tasks.stream().map(GraphPlan.Task::node).toList());
    }

    private Optional<String> difference(Segment other) {
        if (tasks.size() != other.tasks.size()) {
            return Optional.of(tasks.size() + " against " + other.tasks.size() + " kernels");
        }
        for (int i = 0; i < tasks.size(); i++) {
            Optional<String> difference =
                    tasks.get(i).launch().difference(other.tasks.get(i).launch());
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }
}
