package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
    private final Io io;

    DevicesCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Table table = new Table("lb");
        for (String name : List.of("auto", "sequential", "cpu", "tornado")) {
            table.row(name, describe(name));
        }
        table.print(io);
        if (TornadoRuntimes.obstacle().isEmpty()) {
            listTornado();
        }
        return ExitCode.OK;
    }

    private void listTornado() {
        String auto = TornadoRuntimes.gpu().map(DeviceInfo::id).orElse("");
        Table table = new Table("lllb").row("TornadoVM", "type", "driver", "name, version, what it can");
        for (DeviceInfo device : TornadoRuntimes.devices()) {
            table.row(
                    device.id(),
                    device.type(),
                    device.backend(),
                    device.name() + ", " + device.driver() + (device.id().equals(auto) ? " (auto)" : ""));
            table.row("", "", "", abilities(device));
        }
        io.out().println();
        table.print(io);
        severalDrivers(TornadoRuntimes.devices()).forEach(io.out()::println);
    }

    /** Which driver is the faster one depends on the preset and the version: it is measured, not known. */
    static List<String> severalDrivers(List<DeviceInfo> devices) {
        return devices.stream()
                .filter(DeviceInfo::isGpu)
                .collect(Collectors.groupingBy(DeviceInfo::name))
                .entrySet()
                .stream()
                .filter(gpu -> gpu.getValue().stream()
                                .map(DeviceInfo::backend)
                                .distinct()
                                .count()
                        > 1)
                .map(gpu -> gpu.getKey() + " is there under several drivers; which is the faster for a preset: "
                        + gpu.getValue().stream()
                                .map(d ->
                                        "tgpt speed --preset kernel-gpu --device " + d.id() + " (" + d.backend() + ")")
                                .collect(Collectors.joining(", ")))
                .toList();
    }

    private static String abilities(DeviceInfo device) {
        return String.format(
                Locale.ROOT,
                "memory %.1f GiB, largest array %.1f GiB, work-groups of %d, fp16 %s, tensor cores %s",
                device.gibibytes(),
                device.largestArray() / (double) (1L << 30),
                device.maxWorkGroup(),
                device.half(),
                device.tensorCores());
    }

    private static String describe(String name) {
        try (Device device = Devices.open(name, 0)) {
            return name.equals("auto") ? "here: " + device.id() + ", " + why() : device.description();
        } catch (IllegalArgumentException e) {
            return "not available: " + e.getMessage();
        }
    }

    private static String why() {
        return Devices.noGpu().orElse("the first GPU that TornadoVM has");
    }
}
