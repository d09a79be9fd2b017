package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Option;

/** Options of every command that computes. */
public final class DeviceOptions {
    /** Set in every JVM that was started with TornadoVM. */
    private static final String TORNADO = "tornado.load.runtime.implementation";

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "auto, sequential, cpu, tornado[:driver:device]; see 'tgpt devices'.")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Worker threads of the cpu device; by default one for each processor. Results do not depend on it.")
    private String threads;

    @Option(
            names = "--kernel",
            paramLabel = "OP=VARIANT",
            description = "Kernel variant to use for an operation; repeatable. See 'tgpt kernels'.")
    private List<String> kernels = new ArrayList<>();

    /** Adds what was given. */
    public void addTo(Values values) {
        if (device != null) {
            values.set("device", device);
        }
        if (threads != null) {
            values.set("threads", threads);
        }
        kernels.forEach(values::setKernel);
    }

    /**
     * Opens a device and chooses the kernels that run there; the caller closes what is returned.
     *
     * @throws UsageException if there is no such device or kernel
     */
    public static KernelChoices open(String device, int threads, Map<String, String> kernels) {
        kernels.forEach(KernelNames::find);
        Device opened;
        try {
            opened = Devices.open(device, threads);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
        try {
            return new KernelChoices(opened, kernels);
        } catch (IllegalArgumentException e) {
            opened.close();
            throw new UsageException(e.getMessage() + " (see 'tgpt kernels')", e);
        }
    }

    /** The device and why it is this one. */
    public static String explain(String asked, Device device) {
        return describe(device, asked.equals("auto") ? "auto: " + noGpu() : "asked for");
    }

    /** The device with a reason of one's own. */
    static String describe(Device device, String why) {
        return device.id() + ": " + device.description() + " (" + why + ")";
    }

    /**
     * The longest reason is that of most users, who have no TornadoVM; how to get a GPU is told by the command that
     * lists devices.
     */
    private static String noGpu() {
        return Devices.noGpu()
                .map(why -> System.getProperty(TORNADO) == null ? "no TornadoVM, see 'tgpt devices'" : why)
                .orElse("the first GPU that TornadoVM has");
    }
}
