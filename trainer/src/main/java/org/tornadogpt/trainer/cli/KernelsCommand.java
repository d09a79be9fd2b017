package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.DeviceTraits;
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
    /** Who is asked for a preference: one device of each kind. */
    private static final List<DeviceTraits> DEVICES = List.of(
            SequentialDevice.TRAITS,
            CpuDevice.TRAITS,
            TornadoDevice.traits("tornado GPU", true),
            TornadoDevice.traits("tornado CPU", false));

    private final Io io;

    KernelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Table table = new Table("lllbb").row("operation", "variant", "style", "devices", "default on");
        Variants.all().forEach(variant -> row(table, variant));
        table.print(io);
        return ExitCode.OK;
    }

    private static void row(Table table, Variant variant) {
        table.row(
                variant.operation(),
                variant.name(),
                variant.style().name().toLowerCase(Locale.ROOT),
                ids(d -> variant.obstacle(d).isEmpty()).replaceFirst("tornado GPU, tornado CPU", "tornado"),
                ids(d -> KernelChoices.preferred(variant.operation(), d)
                        .filter(v -> v.name().equals(variant.name()))
                        .isPresent()));
    }

    private static String ids(Predicate<DeviceTraits> which) {
        String ids = DEVICES.stream().filter(which).map(DeviceTraits::id).collect(Collectors.joining(", "));
        return ids.isEmpty() ? "-" : ids;
    }
}
