package org.tornadogpt.trainer.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code tgpt} itself. */
@Command(
        name = "tgpt",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Trains GPT language models from scratch in pure Java.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Without a GPU, without a download: tgpt train",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted and saved.",
            "TGPT_DEBUG=1 shows stack traces, TGPT_JAVA_OPTS passes options to the JVM.",
            "--kernels FILE adds kernels of your own to any command: docs/EXPERIMENTS.md.",
            "./tgpt --install-jdk fetches a JDK for this project where there is none."
        })
final class TgptCommand implements Callable<Integer> {
    private final Io io;

    @Spec
    private CommandSpec spec;

    TgptCommand(Io io) {
        this.io = io;
    }

    /** Only checks it: {@link Colours} are chosen before anything is printed. */
    @Option(
            names = Colours.OPTION,
            paramLabel = "WHEN",
            scope = ScopeType.INHERIT,
            description = "Colours: never, auto or always [auto: on a terminal, unless NO_COLOR is set].")
    void color(String when) {
        try {
            Colours.When.of(when);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "unknown value '" + when + "' of --color; " + e.getMessage(), e);
        }
    }

    @Override
    public Integer call() {
        spec.commandLine()
                .usage(spec.commandLine().getErr(), io.screen().err().colours().on() ? Help.Ansi.ON : Help.Ansi.OFF);
        return ExitCode.USAGE;
    }
}
