package org.tornadogpt.trainer.cli;

import java.util.List;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.Suggestions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for arguments that cannot be understood. */
final class UsageErrors {
    private static final String SET = "--set";

    private UsageErrors() {}

    /** Reports to {@code io.err()}. */
    static int report(Io io, ParameterException failure) {
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        io.fail(describe(failure, command) + " (see '" + command.qualifiedName() + " --help')");
        return ExitCode.USAGE;
    }

    private static String describe(ParameterException failure, CommandSpec command) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String argument = unmatched.getUnmatched().get(0);
            if (argument.startsWith("-")) {
                return "unknown option '" + argument + "'; " + option(argument, command);
            }
            if (!command.subcommands().isEmpty()) {
                return "unknown command '" + argument + "'; "
                        + Suggestions.forUnknown(argument, command.subcommands().keySet());
            }
            return "unexpected argument '" + argument + "'";
        }
        return failure.getMessage().lines().findFirst().orElse("wrong usage");
    }

    /** What was meant: an option, or a key that {@code --set} would set. */
    private static String option(String argument, CommandSpec command) {
        String name = argument.replaceFirst("=.*", "");
        List<String> options =
                command.options().stream().map(option -> option.longestName()).toList();
        if (Suggestions.near(name, options).isEmpty() && options.contains(SET)) {
            List<String> keys = Suggestions.near(name, Keys.names());
            if (!keys.isEmpty()) {
                return "did you mean " + SET + " " + keys.get(0) + "=...?";
            }
        }
        return Suggestions.forUnknown(name, options);
    }
}
