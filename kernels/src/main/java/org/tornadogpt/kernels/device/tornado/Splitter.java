package org.tornadogpt.kernels.device.tornado;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a list of tasks into graphs. A graph's task descriptors must fit {@value Launch#DESCRIPTOR_BYTES} bytes and
 * there may be 256 of them; both are fixed in TornadoVM, which throws when the first is exceeded.
 *
 * @param descriptorBytes most bytes of task descriptors in a graph
 * @param tasks most tasks in a graph
 */
record Splitter(int descriptorBytes, int tasks) {
    /** Within the limits by a tenth. */
    static final Splitter STANDARD = new Splitter(Launch.DESCRIPTOR_BYTES * 9 / 10, 230);

    List<List<GraphPlan.Task>> split(List<GraphPlan.Task> all) {
        List<List<GraphPlan.Task>> parts = new ArrayList<>();
        List<GraphPlan.Task> part = new ArrayList<>();
        int bytes = 0;
        for (GraphPlan.Task task : all) {
            int more = task.launch().descriptorBytes();
            if (!part.isEmpty() && (bytes + more > descriptorBytes || part.size() == tasks)) {
                parts.add(List.copyOf(part));
                part.clear();
                bytes = 0;
            }
            part.add(task);
            bytes += more;
        }
        if (!part.isEmpty()) {
            parts.add(List.copyOf(part));
        }
        return parts;
    }
}
