package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.device.tornado.DeviceInfo;
import org.tornadogpt.kernels.device.tornado.TornadoRuntimes;
import org.tornadogpt.kernels.graph.Device;
import picocli.CommandLine.Command;

/** {@code tgpt devices}. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists the devices that --device can name, and why others are not there.")
final class DevicesCommand implements Callable<Integer> {
    private static final String ROW = "%-12s %-12s %-8s %-10s %-14s %-11s %-8s %-13s %s%n";

    private final Io io;

    DevicesCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        for (String name : List.of("auto", "sequential", "cpu", "tornado")) {
            io.out().printf("%-12s %s%n", name, describe(name));
        }
        if (TornadoRuntimes.obstacle().isEmpty()) {
            listTornado();
        }
        return ExitCode.OK;
    }

    private void listTornado() {
        String auto = TornadoRuntimes.gpu().map(DeviceInfo::id).orElse("");
        io.out().println();
        io.out()
                .printf(
                        ROW,
                        "TornadoVM",
                        "type",
                        "driver",
                        "memory",
                        "largest array",
                        "work-group",
                        "fp16",
                        "tensor cores",
                        "name, driver");
        for (DeviceInfo device : TornadoRuntimes.devices()) {
            io.out()
                    .printf(
                            ROW,
                            device.id(),
                            device.type(),
                            device.backend(),
                            String.format(Locale.ROOT, "%.1f GiB", device.gibibytes()),
                            String.format(Locale.ROOT, "%.1f GiB", device.largestArray() / (double) (1L << 30)),
                            device.maxWorkGroup(),
                            device.half(),
                            device.tensorCores(),
                            device.name() + ", " + device.driver()
                                    + (device.id().equals(auto) ? " (auto)" : ""));
        }
    }

    private static String describe(String name) {
        try (Device device = Devices.open(name, 0)) {
            return name.equals("auto") ? "here: " + DeviceOptions.explain(name, device) : device.description();
        } catch (IllegalArgumentException e) {
            return "not available: " + e.getMessage();
        }
    }
}
