package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.bench.race.RaceReport;
import org.tornadogpt.bench.race.RaceShape;
import org.tornadogpt.bench.race.Races;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt kernels try}. */
@Command(
        name = "try",
        mixinStandardHelpOptions = true,
        description = {
            "All of it in one go: checks a kernel, races it against the device's default, trains with both under one seed and"
                    + " with the default under another, and writes a report of one page with pictures.",
            "Each variant's result is also added to try-leaderboard.md."
        },
        footer = {"", "  tgpt kernels try Mine.java"})
final class TryCommand implements Callable<Integer> {
    private static final Path LEADERBOARD = Path.of("try-leaderboard.md");

    private final Io io;

    @Parameters(paramLabel = "NAME", description = "A .java or .jar file with kernels, or OP=VARIANT.")
    private String name;

    @Option(names = "--preset", paramLabel = "NAME", description = "What is trained [kernel-cpu].")
    private String preset = "kernel-cpu";

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of training [300]; fewer where the three runs would take more than three minutes.")
    private int steps = 300;

    @Option(
            names = "--shapes",
            paramLabel = "SHAPES",
            description = "What is raced at, as for 'tgpt kernels race'; by default a series of growing sizes.")
    private String shapes;

    @Option(names = "--seed", paramLabel = "N", description = "Of training [1].")
    private int seed = 1;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    TryCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        int failed = 0;
        for (Variant variant : Named.find(name)) {
            failed += attempt(variant) ? 0 : 1;
        }
        return failed == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private boolean attempt(Variant variant) throws IOException {
        Path folder = Path.of("try-" + variant.name());
        Files.createDirectories(folder);
        TryReport report = new TryReport(variant, folder);
        long start = System.nanoTime();
        io.out().println(Named.label(variant) + ": checking");
        if (System.getProperty(CheckCommand.CARRIERS) == null) {
            System.setProperty(CheckCommand.CARRIERS, "1");
        }
        VariantCheck.Report checked = check(variant);
        report.checked(checked, (System.nanoTime() - start) / 1e9);
        checked.findings().forEach(f -> io.out().println("  " + f));
        if (checked.isOk()) {
            race(variant, report);
            train(variant, report);
        }
        report.write((System.nanoTime() - start) / 1e9);
        io.out().println();
        report.verdict().forEach(io.out()::println);
        io.out().println("written: " + folder.resolve("report.md"));
        report.addTo(LEADERBOARD);
        return checked.isOk();
    }

    /** Where TornadoVM compiles, the emulator of work-groups must not be loaded: the device itself is used. */
    private VariantCheck.Report check(Variant variant) {
        String asked = settings().device();
        if (!asked.startsWith("tornado")) {
            return VariantCheck.onJvm(variant, progress -> {});
        }
        try (Device opened = DeviceOptions.open(asked, 0, Map.of()).device()) {
            return VariantCheck.onDevice(variant, opened, progress -> {});
        }
    }

    private TrainSettings settings() {
        Values values = new Values();
        device.addTo(values);
        return TrainSettings.of(values);
    }

    private void race(Variant variant, TryReport report) throws IOException {
        TrainSettings settings = settings();
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Device opened = kernels.device();
            variant.obstacle(opened.traits()).ifPresent(why -> {
                throw new UsageException("device " + opened.id() + " cannot run " + Named.label(variant) + ": " + why);
            });
            if (!RaceShape.operations().contains(variant.operation())) {
                report.noRace("no race of " + variant.operation());
                return;
            }
            Variant base = Variants.find(variant.operation(), kernels.names().get(variant.operation()));
            io.out().println("racing against " + base.name() + " on " + opened.id());
            RaceReport raced =
                    Races.run(opened, base, List.of(variant), variant.operation(), shapes, io.out()::println);
            report.raced(raced);
        }
    }

    private void train(Variant variant, TryReport report) throws IOException {
        List<String> common = new ArrayList<>(List.of("--device", settings().device()));
        TrainedPair pair = new TrainedPair(io, preset, steps, seed, common, report.folder());
        report.trained(pair.train(variant));
    }
}
