package org.tornadogpt.trainer.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.kernel.Variant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tgpt kernels show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Tells how each variant of an operation computes, where it runs, which sizes it takes.")
final class KernelsShowCommand implements Callable<Integer> {
    private static final String INDENT = "  ";

    private final Io io;

    @Parameters(paramLabel = "OP[=VARIANT]", description = "An operation such as attention, or one variant of it.")
    private String name;

    KernelsShowCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        KernelNames.find(name).forEach(this::show);
        return ExitCode.OK;
    }

    private void show(Variant v) {
        io.out().printf("%s=%s: %s%n", v.operation(), v.name(), v.mechanism());
        io.say(INDENT + v.description());
        line("style", v.style().name().toLowerCase(Locale.ROOT));
        line("devices", KernelsCommand.devices(v) + " (* default)");
        line("limits", v.limits());
        line("error", v.errorBound());
        line("class", v.getClass().getName());
        io.out().println();
    }

    private void line(String what, String value) {
        io.out().printf("%s%-8s %s%n", INDENT, what, value);
    }
}
