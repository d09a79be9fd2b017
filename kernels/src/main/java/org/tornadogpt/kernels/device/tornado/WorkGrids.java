package org.tornadogpt.kernels.device.tornado;

import java.util.Locale;
import org.tornadogpt.kernels.kernel.WorkGroups;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid3D;

/**
 * What TornadoVM must know of work-groups. A kernel for work-groups without an entry would run with any number of
 * items, and one whose groups are too large with groups of another size; TornadoVM says nothing of the first and prints
 * a warning of the second.
 */
final class WorkGrids {
    private WorkGrids() {}

    /**
     * The scheduler of a plan's graphs.
     *
     * @throws IllegalArgumentException if the device does not take groups of some kernel's size
     */
    static GridScheduler of(GraphPlan plan, DeviceInfo device) {
        GridScheduler scheduler = new GridScheduler();
        for (GraphPlan.GraphSpec graph : plan.graphs()) {
            for (GraphPlan.Task task : graph.tasks()) {
                WorkGroups groups = task.launch().groups();
                if (groups != null) {
                    check(task.launch().call().kernel(), groups, device);
                    scheduler.addWorkerGrid(graph.name() + "." + task.id(), grid(groups));
                }
            }
        }
        return scheduler;
    }

    private static void check(String kernel, WorkGroups groups, DeviceInfo device) {
        if (groups.size() > device.maxWorkGroup()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "kernel %s wants work-groups of %d items; %s allows %d: choose another variant with --kernel",
                    kernel,
                    groups.size(),
                    device.id(),
                    device.maxWorkGroup()));
        }
    }

    private static WorkerGrid grid(WorkGroups g) {
        WorkerGrid worker = new WorkerGrid3D(g.globalX(), g.globalY(), g.globalZ());
        worker.setLocalWork(g.localX(), g.localY(), g.localZ());
        return worker;
    }
}
