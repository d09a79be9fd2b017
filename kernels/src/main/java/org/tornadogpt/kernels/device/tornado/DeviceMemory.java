package org.tornadogpt.kernels.device.tornado;

import java.util.List;
import java.util.Locale;
import org.tornadogpt.kernels.graph.DeviceException;
import org.tornadogpt.kernels.memory.Buffers;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What a workspace needs of a device's memory.
 *
 * @param state bytes of parameters, gradients and moments
 * @param activations bytes of activations and scratch memory, which grow with the batch
 * @param largest bytes of the largest array
 */
record DeviceMemory(long state, long activations, long largest) {
    /** Left for the driver, kernels' code and small arrays. */
    private static final double USABLE = 0.95;

    /** @param scratch memory of nodes while they run */
    static DeviceMemory of(Buffers buffers, List<FloatArray> scratch) {
        long largest = 0;
        for (List<FloatArray> arrays : List.of(scratch, buffers.floatState(), buffers.floatArenas())) {
            largest = Math.max(
                    largest,
                    arrays.stream().mapToLong(DeviceMemory::bytes).max().orElse(0));
        }
        return new DeviceMemory(sum(buffers.floatState()), sum(buffers.floatArenas()) + sum(scratch), largest);
    }

    private static long sum(List<FloatArray> arrays) {
        return arrays.stream().mapToLong(DeviceMemory::bytes).sum();
    }

    private static long bytes(FloatArray array) {
        return (long) array.getSize() * Float.BYTES;
    }

    /** Fails unless a device with this much memory can hold it, saying what would fit. */
    void check(String device, long memory, long largestArray) {
        double usable = memory * USABLE;
        if (state > usable) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "%s has %s of memory; parameters, gradients and moments alone need %s: use a smaller model",
                    device,
                    text(memory),
                    text(state)));
        }
        if (state + activations > usable) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "%s has %s of memory; %s are needed, %s of it for activations: use at most %d %% of this batch",
                    device,
                    text(memory),
                    text(state + activations),
                    text(activations),
                    (long) (100 * (usable - state) / activations)));
        }
        if (largest > largestArray) {
            throw new DeviceException(String.format(
                    Locale.ROOT,
                    "%s allows %s in one array; the largest needs %s: use at most %d %% of this batch, or a smaller"
                            + " model",
                    device,
                    text(largestArray),
                    text(largest),
                    100 * largestArray / largest));
        }
    }

    private static String text(long bytes) {
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.1f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
    }
}
