package org.tornadogpt.bench.kernels;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.suite.Finding;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt kernels check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Holds kernels to their contract: forward and backward against double precision over many sizes, NaN and"
                    + " infinities, memory beside the tensors, overwrite or accumulate, the same bits in every run, with any"
                    + " number of threads and in any order of items and blocks.",
            "Kernels for work-groups run in an emulator of work-groups, unless --device names a device that runs them."
        },
        footer = {
            "",
            "Exit code 1 if a kernel is wrong.",
            "",
            "  tgpt kernels check attention      tgpt kernels check Mine.java"
        })
final class CheckCommand implements Callable<Integer> {
    /** The emulator runs one item at a time, and handing over is quick within one carrier thread. */
    static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

    private final Io io;

    @Parameters(
            paramLabel = "NAME",
            description = "An operation, OP=VARIANT, a .java file or a .jar file with kernels.")
    private String name;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "tornado[:driver:device]; by default this JVM, with all numbers of threads and orders.")
    private String device;

    CheckCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        List<Variant> variants = Named.find(name);
        int wrong = 0;
        if (device == null || !device.startsWith("tornado")) {
            if (System.getProperty(CARRIERS) == null) {
                System.setProperty(CARRIERS, "1");
            }
            for (Variant variant : variants) {
                wrong += onJvm(variant);
            }
        } else {
            try (Device opened = DeviceOptions.open(device, 0, Map.of()).device()) {
                for (Variant variant : variants) {
                    wrong += onDevice(opened, variant);
                }
                opened.proof().ifPresent(proof -> io.out().println("ran on " + proof));
            }
        }
        io.out().println(wrong == 0 ? "all right" : wrong + " of " + variants.size() + " wrong");
        return wrong == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private int onJvm(Variant variant) {
        boolean emulated = variant.style() == Variant.Style.GROUP;
        return unless(
                emulated ? variant.obstacle(EmulatedGroupDevice.TRAITS) : Optional.empty(),
                "the emulator of work-groups",
                variant,
                () -> VariantCheck.onJvm(variant, p -> {}));
    }

    private int onDevice(Device opened, Variant variant) {
        return unless(
                variant.obstacle(opened.traits()),
                "device " + opened.id(),
                variant,
                () -> VariantCheck.onDevice(variant, opened, p -> {}));
    }

    private int unless(Optional<String> obstacle, String where, Variant variant, Callable<VariantCheck.Report> check) {
        if (obstacle.isPresent() && name.contains("=")) {
            throw new UsageException(where + " cannot run " + Named.label(variant) + ": " + obstacle.get());
        }
        if (obstacle.isPresent()) {
            io.out().println(Named.label(variant) + ": not checked, " + obstacle.get());
            return 0;
        }
        return report(variant, check);
    }

    private int report(Variant variant, Callable<VariantCheck.Report> check) {
        long start = System.nanoTime();
        VariantCheck.Report report;
        try {
            report = check.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        io.out()
                .printf(
                        Locale.ROOT,
                        "%s: %s, %d cases, %.1f s%s%n",
                        Named.label(variant),
                        report.isOk() ? "right" : "WRONG",
                        report.cases(),
                        (System.nanoTime() - start) / 1e9,
                        mathematics(variant));
        for (Finding finding : report.findings()) {
            io.out().println("  " + finding);
        }
        for (String refused : report.refused()) {
            io.out().println("  refused " + refused);
        }
        io.out().flush();
        return report.isOk() ? 0 : 1;
    }

    private static String mathematics(Variant variant) {
        return variant instanceof OtherMathematics other ? "; other mathematics: " + other.mathematics() : "";
    }
}
