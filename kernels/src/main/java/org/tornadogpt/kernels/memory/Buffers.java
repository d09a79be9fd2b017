package org.tornadogpt.kernels.memory;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

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
        List<FloatArray> state,
        List<FloatArray> arenas,
        List<FloatArray> floatInputs,
        List<IntArray> intInputs,
        List<FloatArray> outputs) {}
