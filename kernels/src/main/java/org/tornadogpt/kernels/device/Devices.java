package org.tornadogpt.kernels.device;

import java.util.Optional;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.device.tornado.TornadoRuntimes;
import org.tornadogpt.kernels.graph.Device;

/** Opens devices by name. */
public final class Devices {
    private Devices() {}

    /**
     * Opens a device; the caller closes it.
     *
     * @param spec {@code auto}, {@code sequential}, {@code cpu} or {@code tornado[:driver:device]}
     * @param threads worker threads of the {@code cpu} device, 0 for one for each processor
     * @throws IllegalArgumentException for a name that does not exist or a device that is not there; the message says
     *     why
     */
    public static Device open(String spec, int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must not be negative, got " + threads);
        }
        int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        if (spec.equals("sequential")) {
            return new SequentialDevice();
        }
        if (spec.equals("cpu")) {
            return new CpuDevice(workers);
        }
        if (spec.equals("auto")) {
            return noGpu().isPresent()
                    ? new CpuDevice(workers)
                    : TornadoDevice.open(TornadoRuntimes.gpu().orElseThrow().id());
        }
        if (spec.equals("tornado") || spec.startsWith("tornado:")) {
            return TornadoDevice.open(spec);
        }
        throw new IllegalArgumentException(
                "unknown device '" + spec + "'; there are auto, sequential, cpu, tornado[:driver:device]");
    }

    /** Why {@code auto} is not a GPU; empty if it is. */
    public static Optional<String> noGpu() {
        Optional<String> obstacle = TornadoRuntimes.obstacle();
        if (obstacle.isPresent()) {
            return obstacle;
        }
        return TornadoRuntimes.gpu().isPresent() ? Optional.empty() : Optional.of("TornadoVM finds no GPU");
    }
}
