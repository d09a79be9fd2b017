package org.tornadogpt.kernels.memory;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Every array of a workspace, by how it moves between host and device.
 *
 * @param state arrays that stay on the device: parameters, gradients, moments
 * @param arenas arrays that hold the activations
 * @param floatInputs sent to the device before each run
 * @param intInputs sent to the device before each run
 * @param outputs brought back after each run
 */
public record Buffers(
        List<TornadoNativeArray> state,
        List<TornadoNativeArray> arenas,
        List<FloatArray> floatInputs,
        List<IntArray> intInputs,
        List<FloatArray> outputs) {
    /** The state of a device that holds float32 only. */
    public List<FloatArray> floatState() {
        return floats(state);
    }

    /** The arenas of a device that holds float32 only. */
    public List<FloatArray> floatArenas() {
        return floats(arenas);
    }

    private static List<FloatArray> floats(List<TornadoNativeArray> arrays) {
        return arrays.stream().map(FloatArray.class::cast).toList();
    }
}
