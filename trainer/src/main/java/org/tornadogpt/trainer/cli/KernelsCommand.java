package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
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
    static final List<DeviceTraits> DEVICES = List.of(
            SequentialDevice.TRAITS,
            CpuDevice.TRAITS,
            TornadoDevice.traits("tornado-GPU", true, Set.of()),
            TornadoDevice.traits("tornado-CPU", false, Set.of()));

    private final Io io;

    KernelsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        Table table = new Table("llbb").row("operation", "variant", "mechanism", "devices (* default)");
        Variants.all().forEach(v -> table.row(v.operation(), v.name(), v.mechanism(), devices(v)));
        table.print(io);
        return ExitCode.OK;
    }

    /** Where it runs, a star where it is the default. */
    static String devices(Variant variant) {
        String devices = DEVICES.stream()
                .filter(device -> variant.obstacle(device).isEmpty())
                .map(device -> device.id() + (isDefault(variant, device) ? "*" : ""))
                .collect(Collectors.joining(" "));
        return devices.isEmpty()
                ? "- " + reason(variant)
                : devices.replaceFirst("tornado-GPU([*]?) tornado-CPU\\1$", "tornado$1")
                        .replaceFirst("tornado-GPU tornado-CPU[*]$", "tornado(CPU*)")
                        .replaceFirst("tornado-GPU[*] tornado-CPU$", "tornado(GPU*)");
    }

    /** Why even a usual device of the variant's style cannot run it. */
    private static String reason(Variant variant) {
        return DEVICES.stream()
                .filter(device -> device.runs(variant.style()))
                .flatMap(device -> variant.obstacle(device).stream())
                .findFirst()
                .map(why -> "(" + why + ")")
                .orElse("");
    }

    private static boolean isDefault(Variant variant, DeviceTraits device) {
        return KernelChoices.preferred(variant.operation(), device)
                .filter(v -> v.name().equals(variant.name()))
                .isPresent();
    }
}
