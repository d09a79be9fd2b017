package org.tornadogpt.trainer.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
            "TGPT_DEBUG=1 shows stack traces, TGPT_JAVA_OPTS passes options to the JVM."
        })
final class TgptCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
