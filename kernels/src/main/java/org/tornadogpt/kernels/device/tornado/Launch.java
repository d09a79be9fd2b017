package org.tornadogpt.kernels.device.tornado;

import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.WorkGroups;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One kernel with its arguments: what becomes one task.
 *
 * @param groups the work-groups of a {@code KernelContext} kernel; null for a kernel of {@code @Parallel} loops
 */
record Launch(Call call, WorkGroups groups) {
    /** Bytes that TornadoVM's list of task descriptors has for one graph. */
    static final int DESCRIPTOR_BYTES = 8192;

    private static final int TASK_BYTES = 15;
    private static final int ARGUMENT_BYTES = 5;

    /** Bytes that this task takes of them. */
    int descriptorBytes() {
        return TASK_BYTES + ARGUMENT_BYTES * call.arguments().size();
    }

    /**
     * What keeps {@code other} from being served by this task's compiled kernel. TornadoVM freezes scalars and binds
     * arrays when a graph is built, so both must be the same.
     */
    Optional<String> difference(Launch other) {
        if (!call.kernel().equals(other.call.kernel())) {
            return Optional.of("kernel " + call.kernel() + " against " + other.call.kernel());
        }
        List<Object> mine = call.arguments();
        List<Object> others = other.call.arguments();
        if (mine.size() != others.size()) {
            return Optional.of(call.kernel() + " with " + mine.size() + " against " + others.size() + " arguments");
        }
        for (int i = 0; i < mine.size(); i++) {
            if (!same(mine.get(i), others.get(i))) {
                return Optional.of("argument " + i + " of " + call.kernel() + ": " + text(mine.get(i)) + " against "
                        + text(others.get(i)));
            }
        }
        boolean sameGroups = groups == null ? other.groups == null : groups.equals(other.groups);
        return sameGroups
                ? Optional.empty()
                : Optional.of("work-groups of " + call.kernel() + ": " + groups + " against " + other.groups);
    }

    @SuppressWarnings("ReferenceEquality") // a task is bound to an array, whatever it holds
    private static boolean same(Object a, Object b) {
        if (a instanceof KernelContext && b instanceof KernelContext) {
            return true;
        }
        if (isArray(a) || isArray(b)) {
            return a == b;
        }
        return a.equals(b);
    }

    static boolean isArray(Object argument) {
        return argument instanceof FloatArray || argument instanceof IntArray;
    }

    private static String text(Object argument) {
        return isArray(argument)
                ? "an array of " + (argument instanceof FloatArray f ? f.getSize() : ((IntArray) argument).getSize())
                : argument.toString();
    }
}
