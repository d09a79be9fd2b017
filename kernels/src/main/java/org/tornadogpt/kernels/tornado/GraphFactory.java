package org.tornadogpt.kernels.tornado;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tornadogpt.kernels.DeviceException;
import org.tornadogpt.kernels.WorkGroups;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Makes TornadoVM's task graphs from a {@link GraphPlan}. Graphs share arrays on the device only if each takes over the whole list
 * from the one before it and leaves the whole list to the next, whether it uses an array or not; the first graph uploads them.
 */
final class GraphFactory {
    /** Name of the graph that brings the shared arrays to the device. */
    static final String UPLOAD = "upload";

    private final List<FloatArray> shared;
    private final DeviceInfo device;
    private final GridScheduler grid = new GridScheduler();

    GraphFactory(List<FloatArray> shared, DeviceInfo device) {
        this.shared = shared;
        this.device = device;
    }

    /**
     * The graph that must run first.
     *
     * @param state arrays whose host values go to the device whenever it runs; the others go up once
     */
    ImmutableTaskGraph upload(List<FloatArray> state) {
        TaskGraph graph = new TaskGraph(UPLOAD);
        Set<Object> sent = Collections.newSetFromMap(new IdentityHashMap<>());
        sent.addAll(state);
        List<FloatArray> others =
                shared.stream().filter(array -> !sent.contains(array)).toList();
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, state.toArray());
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, others.toArray());
        for (int i = 0; i < shared.size(); i++) {
            graph.task("touch" + i, TouchKernels::kTouch, shared.get(i));
        }
        graph.persistOnDevice(shared.toArray());
        return graph.snapshot();
    }

    /** A graph of the plan. */
    ImmutableTaskGraph graph(GraphPlan.GraphSpec spec) {
        TaskGraph graph = new TaskGraph(spec.name());
        graph.consumeFromDevice(shared.toArray());
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, spec.inputs().toArray());
        for (GraphPlan.Task task : spec.tasks()) {
            append(graph, spec, task);
        }
        graph.persistOnDevice(shared.toArray());
        return graph.snapshot();
    }

    private void append(TaskGraph graph, GraphPlan.GraphSpec spec, GraphPlan.Task task) {
        String kernel = task.launch().call().kernel();
        try {
            task.launch().call().appendTo(graph, task.id());
        } catch (RuntimeException | LinkageError | TornadoInternalError e) {
            throw new DeviceException(
                    "TornadoVM cannot compile kernel " + kernel + ": " + TornadoRuntimes.reason(e), e);
        }
        WorkGroups groups = task.launch().groups();
        if (groups != null) {
            grid.addWorkerGrid(spec.name() + "." + task.id(), grid(kernel, groups));
        }
    }

    private WorkerGrid grid(String kernel, WorkGroups g) {
        long size = (long) g.localX() * g.localY() * g.localZ();
        if (size > device.maxWorkGroup()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "kernel %s wants work-groups of %d items; %s allows %d: choose another variant with --kernel",
                    kernel,
                    size,
                    device.id(),
                    device.maxWorkGroup()));
        }
        WorkerGrid worker = new WorkerGrid3D(g.globalX(), g.globalY(), g.globalZ());
        worker.setLocalWork(g.localX(), g.localY(), g.localZ());
        return worker;
    }

    /** The work-groups of all graphs made so far. */
    GridScheduler grid() {
        return grid;
    }
}
