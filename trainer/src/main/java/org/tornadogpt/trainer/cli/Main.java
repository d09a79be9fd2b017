package org.tornadogpt.trainer.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.tornadogpt.trainer.foreign.ForeignKernels;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** The entry point of {@code tgpt}. */
public final class Main {
    /** Help is as wide as the terminal, within these bounds; picocli's own lower bound is 55. */
    private static final int WIDEST_HELP = 120;

    private static final int NARROWEST_HELP = 55;
    private static final int USUAL_HELP = 80;

    private static final Set<String> STOP_GENTLY = Set.of("train", "generate", "eval", "sampling", "serve");

    private Main() {}

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT); // for libraries: a decimal comma is for no file of ours
        Io io = new Io(
                new Output(new FileOutputStream(FileDescriptor.out)),
                new Output(new FileOutputStream(FileDescriptor.err)),
                () -> false,
                Screen.of(args, System.getenv(), onTerminal()));
        int code = RankProcess.SHARED.contains(command(args))
                ? RankProcess.run(io, System.getenv(), (own, nanos) -> run(stoppable(own, nanos, args), args))
                : run(stoppable(io, 0, args), args);
        io.out().flush();
        io.err().flush();
        StderrFilter.finish(System.getenv());
        System.exit(code);
    }

    /** @param graceNanos how long the same signal may come again by another way */
    private static Io stoppable(Io io, long graceNanos, String... args) {
        return canStopGently(args)
                ? new Io(io.out(), io.err(), Interrupts.install(graceNanos), io.screen(), io.ranks())
                : io;
    }

    /** Without a terminal some JDKs have no console, others have one that is not a terminal. */
    @SuppressWarnings("SystemConsoleNull") // the check knows of the latter only
    private static boolean onTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Other commands have nothing to save: there Ctrl+C ends the process, as the JVM does unasked. */
    private static boolean canStopGently(String... args) {
        return STOP_GENTLY.contains(command(args));
    }

    /** The first argument that is no option, nor the value of the only option before it that has one. */
    private static String command(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("-") && (i == 0 || !args[i - 1].equals(Colours.OPTION))) {
                return args[i];
            }
        }
        return "";
    }

    /** Runs one command line and returns its {@link ExitCode}. */
    public static int run(Io io, String... args) {
        try {
            Optional<ForeignKernels> foreign = ForeignKernels.of(args);
            return foreign.isPresent()
                    ? foreign.get().run(Main.class.getName(), io.err())
                    : written(io, commandLine(io).execute(args));
        } catch (UsageException | IOException | InterruptedException e) {
            return Failures.report(io, e);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return Failures.report(io, e);
        }
    }

    /** A command whose result did not arrive is not done. */
    private static int written(Io io, int code) {
        Optional<String> failure =
                io.out() instanceof Output output && code == ExitCode.OK ? output.failure() : Optional.empty();
        failure.ifPresent(reason -> {
            io.fail("standard output could not be written: " + reason);
        });
        return failure.isPresent() ? ExitCode.FAILED : code;
    }

    private static CommandLine kernels(Io io) {
        return new CommandLine(new KernelsCommand(io)).addSubcommand("show", new KernelsShowCommand(io));
    }

    private static CommandLine data(Io io) {
        return new CommandLine(new DataCommand(io))
                .addSubcommand("pack", new DataPackCommand(io))
                .addSubcommand("stats", new DataStatsCommand(io));
    }

    private static CommandLine parent(CommandLine root, SubcommandProvider provider) {
        return provider.parent().isEmpty() ? root : root.getSubcommands().get(provider.parent());
    }

    private static CommandLine commandLine(Io io) {
        CommandLine root = new CommandLine(new TgptCommand(io))
                .addSubcommand("train", new TrainCommand(io))
                .addSubcommand("generate", new GenerateCommand(io))
                .addSubcommand("eval", new EvalCommand(io))
                .addSubcommand("sampling", new SamplingCommand(io))
                .addSubcommand("plot", new PlotCommand(io))
                .addSubcommand("presets", new PresetsCommand(io))
                .addSubcommand("devices", new DevicesCommand(io))
                .addSubcommand("doctor", new DoctorCommand(io))
                .addSubcommand("kernels", kernels(io))
                .addSubcommand("data", data(io))
                .addSubcommand("tokenizer", new TokenizerCommand(io))
                .addSubcommand("export", new ExportCommand(io))
                .addSubcommand("import", new ImportCommand(io))
                .addSubcommand("merge", new MergeCommand(io))
                .addSubcommand("logits", new LogitsCommand(io));
        for (SubcommandProvider provider : ServiceLoader.load(SubcommandProvider.class)) {
            CommandLine command = new CommandLine(provider.command(io));
            command.getCommandSpec().versionProvider(new Version());
            parent(root, provider).addSubcommand(provider.name(), command);
        }
        root.setOut(io.out());
        root.setErr(io.err());
        root.setUsageHelpWidth(helpWidth(io.screen()));
        root.setColorScheme(Help.defaultColorScheme(io.screen().out().colours().on() ? Help.Ansi.ON : Help.Ansi.OFF));
        root.setExpandAtFiles(false); // '@Override' is a prompt, not a file of arguments
        root.setOverwrittenOptionsAllowed(true); // the last one counts, as in most programs
        root.setParameterExceptionHandler((e, arguments) -> UsageErrors.report(io, e));
        root.setExecutionExceptionHandler((e, command, result) -> Failures.report(io, e));
        return root;
    }

    static int helpWidth(Screen screen) {
        return screen.out().columns() == Screen.UNLIMITED
                ? USUAL_HELP
                : Math.clamp(screen.out().columns(), NARROWEST_HELP, WIDEST_HELP);
    }
}
