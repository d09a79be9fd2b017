package org.tornadogpt.kernels.device.tornado;

import java.lang.reflect.InvocationTargetException;
import java.util.Set;
import org.tornadogpt.kernels.graph.DeviceException;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;

/**
 * Replay of whole graphs as CUDA graphs: the driver records the launches of a graph's first run and repeats them as
 * one, which saves most of the time between small kernels. What differs from run to run (tokens, counters, rates,
 * offsets) is copied in by the recorded launches themselves, always from the same host memory, so a replay sees the new
 * values; that is why every input of every graph is copied at each run.
 *
 * <p>Off unless {@code -Dtornadogpt.cudaGraphs=on}: TornadoVM's profiler sees nothing of a replay, so runs are not
 * proven and kernels not timed.
 */
final class CudaGraphs {
    static final String PROPERTY = "tornadogpt.cudaGraphs";

    private static final Set<String> BACKENDS = Set.of("PTX", "CUDA");

    private CudaGraphs() {}

    /**
     * Whether graphs are to be replayed.
     *
     * @param device the device's name, for messages
     * @throws IllegalArgumentException if that was asked for and the back end cannot, or for a value that is none
     */
    static boolean wanted(String device, String backend) {
        String value = System.getProperty(PROPERTY, "off");
        if (!value.equals("on") && !value.equals("off")) {
            throw new IllegalArgumentException("-D" + PROPERTY + " must be on or off, got " + value);
        }
        if (value.equals("on") && !BACKENDS.contains(backend)) {
            throw new IllegalArgumentException("-D" + PROPERTY + "=on needs TornadoVM's PTX or CUDA back end; " + device
                    + " is driven by " + backend);
        }
        return value.equals("on");
    }

    /** Has the plan's chosen graph recorded when it next runs; it must not have run before. */
    static void enable(TornadoExecutionPlan chosen) {
        try {
            // not in the API that this project is compiled against
            chosen.getClass().getMethod("withCUDAGraph").invoke(chosen);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new DeviceException("this TornadoVM has no CUDA graphs: leave -D" + PROPERTY + " away", e);
        } catch (InvocationTargetException e) {
            throw new DeviceException("CUDA graphs: " + TornadoRuntimes.reason(e), e);
        }
    }
}
