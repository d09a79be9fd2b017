package org.tornadogpt.kernels.device.tornado;

import java.util.List;
import org.tornadogpt.kernels.graph.DeviceException;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Makes TornadoVM's task graphs from a {@link GraphPlan}. Graphs share arrays on the device only if each takes over the
 * whole list from the one before it and leaves the whole list to the next, whether it uses an array or not; the first
 * graph uploads them.
 */
final class GraphFactory {
    /** Name of the graph that brings all shared arrays to the device. */
    static final String UPLOAD = "upload";

    private static final int FOUR = 4;

    private final List<FloatArray> shared;

    GraphFactory(List<FloatArray> shared) {
        this.shared = shared;
    }

    /** The graph that must run first, once. */
    ImmutableTaskGraph upload() {
        TaskGraph graph = new TaskGraph(UPLOAD);
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, shared.toArray());
        touch(graph);
        graph.persistOnDevice(shared.toArray());
        return graph.snapshot();
    }

    /** The graph that sends one array's values to the device whenever it runs. */
    ImmutableTaskGraph upload(FloatArray array, int number) {
        TaskGraph graph = new TaskGraph(UPLOAD + number);
        graph.consumeFromDevice(shared.stream().filter(other -> other != array).toArray());
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, array);
        graph.task("touch", TouchKernels::kTouch, array);
        graph.persistOnDevice(shared.toArray());
        return graph.snapshot();
    }

    /** By fours, as each task is compiled; the last four may have been touched before, so that all have one kernel. */
    private void touch(TaskGraph graph) {
        int size = shared.size();
        for (int i = 0; i < size && size >= FOUR; i += FOUR) {
            int from = Math.min(i, size - FOUR);
            graph.task(
                    "touch" + from,
                    TouchKernels::kTouchFour,
                    shared.get(from),
                    shared.get(from + 1),
                    shared.get(from + 2),
                    shared.get(from + 3));
        }
        for (int i = 0; i < size && size < FOUR; i++) {
            graph.task("touch" + i, TouchKernels::kTouch, shared.get(i));
        }
    }

    /** A graph of the plan. */
    ImmutableTaskGraph graph(GraphPlan.GraphSpec spec) {
        TaskGraph graph = new TaskGraph(spec.name());
        graph.consumeFromDevice(shared.toArray());
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, spec.inputs().toArray());
        for (GraphPlan.Task task : spec.tasks()) {
            append(graph, task);
        }
        graph.persistOnDevice(shared.toArray());
        return graph.snapshot();
    }

    private static void append(TaskGraph graph, GraphPlan.Task task) {
        String kernel = task.launch().call().kernel();
        try {
            task.launch().call().appendTo(graph, task.id());
        } catch (RuntimeException | LinkageError | TornadoInternalError e) {
            throw new DeviceException(
                    "TornadoVM cannot compile kernel " + kernel + ": " + TornadoRuntimes.reason(e), e);
        }
    }
}
