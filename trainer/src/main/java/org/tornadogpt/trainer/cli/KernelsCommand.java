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
    private final Io io;

    KernelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Table table = new Table("lllbb").row("operation", "variant", "style", "devices", "default on");
        try (Device sequential = Devices.open("sequential", 1);
                Device cpu = Devices.open("cpu", 1)) {
            for (Variant variant : Variants.all()) {
                row(table, variant, List.of(sequential, cpu));
            }
        }
        table.print(io);
        return ExitCode.OK;
    }

    private static void row(Table table, Variant variant, List<Device> devices) {
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
        boolean gpu = TornadoDevice.defaultVariant(variant.operation(), true).equals(variant.name());
        boolean processor =
                TornadoDevice.defaultVariant(variant.operation(), false).equals(variant.name());
        if (gpu || processor) {
            defaultOn.add(gpu && processor ? "tornado" : gpu ? "tornado GPU" : "tornado CPU");
        }
        table.row(
                variant.operation(),
                variant.name(),
                variant.style().name().toLowerCase(Locale.ROOT),
                String.join(", ", runsOn),
                defaultOn.isEmpty() ? "-" : String.join(", ", defaultOn));
    }
}
