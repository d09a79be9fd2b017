package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.Device;
import org.tornadogpt.kernels.Devices;
import picocli.CommandLine.Command;

/** {@code tgpt devices}. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists the devices that --device can name, and why others are not there.")
final class DevicesCommand implements Callable<Integer> {
    private final Io io;

    DevicesCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        for (String name : List.of("auto", "sequential", "cpu", "tornado")) {
            io.out().printf("%-12s %s%n", name, describe(name));
        }
        return ExitCode.OK;
    }

    private static String describe(String name) {
        try (Device device = Devices.open(name, 0)) {
            return name.equals("auto") ? "here: " + DeviceOptions.explain(name, device) : device.description();
        } catch (IllegalArgumentException e) {
            return "not available: " + e.getMessage();
        }
    }
}
