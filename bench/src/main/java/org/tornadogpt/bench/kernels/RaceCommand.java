package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tornadogpt.bench.race.Lap;
import org.tornadogpt.bench.race.MatricesPeer;
import org.tornadogpt.bench.race.RaceReport;
import org.tornadogpt.bench.race.Races;
import org.tornadogpt.bench.race.TorchPeer;
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

/** {@code tgpt kernels race}. */
@Command(
        name = "race",
        mixinStandardHelpOptions = true,
        description = {
            "Times variants of attention or matmul against the device's default, forward and backward, in turn. A variant whose"
                    + " results are wrong is said to be wrong and not timed.",
            "Leaves report.md, race.json and race.png."
        },
        footer = {
            "",
            "  tgpt kernels race attention --shapes 4x4x256x32,4x4x512x32",
            "  tgpt kernels race Mine.java --shapes preset:kernel-cpu"
        })
final class RaceCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(
            paramLabel = "NAME",
            description = "attention, matmul, OP=VARIANT, a .java file or a .jar file with kernels.")
    private String name;

    @Option(
            names = "--shapes",
            paramLabel = "SHAPES",
            description = "preset:NAME, or sizes: of attention BxHxTxD, of matmul NxKxO, several with commas between.")
    private String shapes;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the results [race-OPERATION].")
    private Path out;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            description = "A Python that has PyTorch, which is timed at the same shapes on as many threads.")
    private String python;

    @Option(
            names = "--stop-below",
            hidden = true,
            description =
                    "For 'tgpt kernels tune': the base alone is not raced, and a variant is given up whose ratio is below.")
    private Double stopBelow;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    RaceCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        List<Variant> named = Named.find(name);
        Values values = new Values();
        device.addTo(values);
        TrainSettings settings = TrainSettings.of(values);
        String operation = named.get(0).operation();
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Device opened = kernels.device();
            io.out().println("device " + DeviceOptions.explain(settings.device(), opened));
            List<Variant> running = new ArrayList<>();
            for (Variant variant : named) {
                variant.obstacle(opened.traits())
                        .ifPresentOrElse(
                                why -> io.out().println(Named.label(variant) + ": not raced, " + why),
                                () -> running.add(variant));
            }
            if (running.isEmpty()) {
                throw new UsageException("device " + opened.id() + " runs nothing of " + name);
            }
            Variant base = Variants.find(operation, kernels.names().get(operation));
            RaceReport report = stopBelow == null
                    ? Races.run(opened, base, running, operation, shapes, io.out()::println)
                    : Races.onlyAbove(stopBelow, opened, base, running, shapes, io.out()::println);
            report = withPeers(report, opened);
            Path folder = out == null ? Path.of("race-" + operation) : out;
            report.write(folder);
            io.out().println();
            report.table().forEach(io.out()::println);
            opened.proof().ifPresent(proof -> io.out().println("ran on " + proof));
            io.out().println("written: " + folder.resolve("report.md"));
            return report.laps().stream().anyMatch(lap -> lap.note().startsWith("WRONG"))
                    ? ExitCode.FAILED
                    : ExitCode.OK;
        }
    }

    /** What the platform's best does beside it, or why that is not known. */
    private RaceReport withPeers(RaceReport report, Device opened) {
        List<Lap> laps = new ArrayList<>(report.laps());
        if (python != null) {
            laps.addAll(new TorchPeer(python, opened).laps(report, shapes));
        }
        if (report.operation().equals("matmul") && stopBelow == null) {
            laps.addAll(MatricesPeer.laps(report, shapes));
        }
        return new RaceReport(report.operation(), report.device(), report.base(), laps);
    }
}
