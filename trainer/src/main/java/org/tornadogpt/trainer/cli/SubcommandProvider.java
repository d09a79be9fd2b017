package org.tornadogpt.trainer.cli;

/**
 * Adds a subcommand to {@code tgpt} from another module; found by {@link java.util.ServiceLoader}. The command is an
 * object with picocli's annotations that implements {@code Callable<Integer>} and returns an {@link ExitCode}.
 */
public interface SubcommandProvider {
    /** As typed after {@code tgpt} and {@link #parent}. */
    String name();

    /** The command whose subcommand it is, such as {@code kernels}; empty for {@code tgpt} itself. */
    default String parent() {
        return "";
    }

    /** A new command. */
    Object command(Io io);
}
