package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.check.KernelCheck;
import org.tornadogpt.kernels.device.tornado.DeviceInfo;
import org.tornadogpt.kernels.device.tornado.TornadoRuntimes;
import org.tornadogpt.kernels.graph.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tgpt doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Runs every kernel of every variant on every device present and compares it with the sequential result:"
                        + " what to paste into a bug report.")
final class DoctorCommand implements Callable<Integer> {
    private static final String ROW = "%-12s %-15s %-34s %-16s %-6s %-10s %s%n";

    private final Io io;

    @Option(names = "--device", paramLabel = "DEVICE", description = "Only this device; by default all.")
    private String only;

    DoctorCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Optional<String> obstacle = TornadoRuntimes.obstacle();
        io.out().printf("%s, %s%n", Version.text(), Version.jvm());
        io.out()
                .printf(
                        "system      %s %s, %d processors%n",
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors());
        io.out().printf("TornadoVM   %s%n", obstacle.orElseGet(() -> TornadoRuntimes.version() + ", flags " + flags()));
        if (obstacle.isEmpty()) {
            TornadoRuntimes.devices().forEach(this::describe);
        }
        List<String> devices = devices(obstacle.isEmpty());
        int failures = 0;
        io.out().println();
        io.out().printf(ROW, "device", "operation", "case", "variant", "", "max error", "");
        for (String id : devices) {
            failures += examine(id);
        }
        io.out().println();
        io.out().println(failures == 0 ? "all ok" : failures + " failed");
        return failures == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private void describe(DeviceInfo device) {
        io.out()
                .printf(
                        Locale.ROOT,
                        "%-11s %s: %s, %.1f GiB, work-groups of %d, local memory %d KiB, fp16 %s, tensor cores %s%n",
                        device.id(),
                        device.name(),
                        device.driver(),
                        device.gibibytes(),
                        device.maxWorkGroup(),
                        device.localMemory() / 1024,
                        device.half(),
                        device.tensorCores());
    }

    private static String flags() {
        return String.join(" ", TornadoRuntimes.FLAGS);
    }

    private List<String> devices(boolean tornado) {
        List<String> ids = new ArrayList<>();
        if (only != null) {
            ids.add(only);
            return ids;
        }
        ids.add("cpu");
        if (tornado) {
            TornadoRuntimes.devices().stream().map(DeviceInfo::id).forEach(ids::add);
        }
        return ids;
    }

    private int examine(String id) {
        try (Device device = DeviceOptions.open(id, 0, Map.of()).device()) {
            List<KernelCheck.Outcome> outcomes =
                    KernelCheck.run(device, KernelCases.allFew(), outcome -> row(device.id(), outcome));
            device.proof().ifPresent(io.out()::println);
            return (int) outcomes.stream().filter(o -> !o.isOk()).count();
        }
    }

    private void row(String id, KernelCheck.Outcome outcome) {
        io.out()
                .printf(
                        ROW,
                        id,
                        outcome.kernelCase().operation(),
                        outcome.kernelCase().name(),
                        outcome.variant(),
                        outcome.isOk() ? "ok" : "WRONG",
                        String.format(Locale.ROOT, "%.2e", outcome.maxError()),
                        outcome.failure());
        io.out().flush();
    }
}
