package org.tornadogpt.trainer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;

/** The entry point of {@code tgpt}. */
public final class Main {
    private static final int WIDTH = 120;
    private static final Set<String> STOP_GENTLY = Set.of("train", "generate", "eval");

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        Io io = new Io(
                new Output(new FileOutputStream(FileDescriptor.out)),
                new Output(new FileOutputStream(FileDescriptor.err)),
                canStopGently(args) ? Interrupts.install() : () -> false,
                onTerminal());
        int code = run(io, args);
        io.out().flush();
        io.err().flush();
        System.exit(code);
    }

    /** Without a terminal some JDKs have no console, others have one that is not a terminal. */
    @SuppressWarnings("SystemConsoleNull") // the check knows of the latter only
    private static boolean onTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Other commands have nothing to save: there Ctrl+C ends the process, as the JVM does unasked. */
    private static boolean canStopGently(String... args) {
        return args.length > 0 && STOP_GENTLY.contains(args[0]);
    }

    /** Runs one command line and returns its {@link ExitCode}. */
    public static int run(Io io, String... args) {
        try {
            return written(io, commandLine(io).execute(args));
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return Failures.report(io, e);
        }
    }

    /** A command whose result did not arrive is not done. */
    private static int written(Io io, int code) {
        Optional<String> failure =
                io.out() instanceof Output output && code == ExitCode.OK ? output.failure() : Optional.empty();
        failure.ifPresent(reason -> {
            io.err().println("tgpt: standard output could not be written: " + reason);
            io.err().flush();
        });
        return failure.isPresent() ? ExitCode.FAILED : code;
    }

    private static CommandLine commandLine(Io io) {
        CommandLine root = new CommandLine(new TgptCommand())
                .addSubcommand("train", new TrainCommand(io))
                .addSubcommand("generate", new GenerateCommand(io))
                .addSubcommand("eval", new EvalCommand(io))
                .addSubcommand("presets", new PresetsCommand(io))
                .addSubcommand("devices", new DevicesCommand(io))
                .addSubcommand("doctor", new DoctorCommand(io))
                .addSubcommand("kernels", new KernelsCommand(io))
                .addSubcommand("data", new DataCommand(io));
        for (SubcommandProvider provider : ServiceLoader.load(SubcommandProvider.class)) {
            root.addSubcommand(provider.name(), provider.command(io));
        }
        root.setOut(io.out());
        root.setErr(io.err());
        root.setUsageHelpWidth(WIDTH);
        root.setExpandAtFiles(false); // '@Override' is a prompt, not a file of arguments
        root.setOverwrittenOptionsAllowed(true); // the last one counts, as in most programs
        root.setParameterExceptionHandler((e, arguments) -> {
            io.err()
                    .println("tgpt: " + e.getMessage().lines().findFirst().orElse("wrong usage") + " (see '"
                            + e.getCommandLine().getCommandSpec().qualifiedName() + " --help')");
            return ExitCode.USAGE;
        });
        root.setExecutionExceptionHandler((e, command, result) -> Failures.report(io, e));
        return root;
    }
}
