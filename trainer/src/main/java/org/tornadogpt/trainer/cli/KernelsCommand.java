package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import picocli.CommandLine.Command;

/** {@code tgpt kernels}. */
@Command(
        name = "kernels",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Lists the kernel variants that --kernel OPERATION=VARIANT can name.")
final class KernelsCommand implements Callable<Integer> {
    private static final String ROW = "%-16s %-16s %-8s %-28s %s%n";

    private final Io io;

    KernelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        io.out().printf(ROW, "operation", "variant", "style", "devices", "default on");
        try (Device sequential = Devices.open("sequential", 1);
                Device cpu = Devices.open("cpu", 1)) {
            for (Variant variant : Variants.all()) {
                row(variant, List.of(sequential, cpu));
            }
        }
        return ExitCode.OK;
    }

    private void row(Variant variant, List<Device> devices) {
        List<String> runsOn = new ArrayList<>();
        List<String> defaultOn = new ArrayList<>();
        for (Device device : devices) {
            if (device.runs(variant.style())) {
                runsOn.add(device.id());
            }
            if (device.defaultVariant(variant.operation()).equals(variant.name())) {
                defaultOn.add(device.id());
            }
        }
        if (variant.style() != Variant.Style.VECTOR) {
            runsOn.add("tornado");
        }
        for (boolean gpu : new boolean[] {true, false}) {
            if (TornadoDevice.defaultVariant(variant.operation(), gpu).equals(variant.name())) {
                defaultOn.add(gpu ? "tornado GPU" : "tornado CPU");
            }
        }
        io.out()
                .printf(
                        ROW,
                        variant.operation(),
                        variant.name(),
                        variant.style().name().toLowerCase(Locale.ROOT),
                        String.join(", ", runsOn),
                        defaultOn.isEmpty() ? "-" : String.join(", ", defaultOn));
    }
}
