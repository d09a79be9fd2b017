package org.tornadogpt.distributed;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Interruption;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.ranks.RanksException;

/**
 * Starts this program as several processes of this machine, by {@code mpirun}, and ends with one of its exit codes
 * whatever the launcher makes of it.
 */
final class RankLauncher {
    private static final String MAIN = "org.tornadogpt.trainer.cli.Main";
    private static final String INSTALL =
            "install MPICH (Debian, Ubuntu: apt-get install mpich) or Open MPI (apt-get install openmpi-bin)";

    /** A new session: Ctrl+C in a terminal then reaches this process alone, which passes it on, once. */
    private static final String OWN_SESSION = "setsid";

    /**
     * Waits around each rank: a launcher that learns at once of a death kills the others before they can say whose it
     * was. It signals groups of processes, of which the rank is one and need not be told again.
     */
    private static final List<String> AROUND = List.of(
            "/bin/sh",
            "-c",
            "trap : INT TERM HUP USR1; \"$@\"; c=$?; " + RankCodes.LEAVE
                    + "; [ $c -gt 128 ] && [ $c -ne 130 ] && sleep 8; exit $c");

    /** How long ranks may go on when the launcher has gone because of Ctrl+C. */
    private static final long SAVING_MILLIS = 60_000;

    private final Io io;
    private final Map<String, String> environment;

    RankLauncher(Io io, Map<String, String> environment) {
        this.io = io;
        this.environment = environment;
    }

    /** Runs the ranks and returns the exit code of all. */
    int run(int ranks, List<String> arguments) {
        Path mpirun = onPath("mpirun")
                .orElseThrow(() -> new RanksException("--ranks needs mpirun on PATH, which is not there: " + INSTALL));
        List<String> command = new ArrayList<>();
        onPath(OWN_SESSION).ifPresent(path -> command.add(path.toString()));
        command.add(mpirun.toString());
        command.addAll(options(mpirun));
        command.addAll(List.of("-n", String.valueOf(ranks)));
        command.addAll(AROUND);
        try (RankCodes codes = new RankCodes(ranks)) {
            command.add(codes.folder().toString());
            command.addAll(self());
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put(LastWord.VARIABLE, codes.folder().toString());
            Process process = builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            io.interrupted().tell(passedOnTo(process));
            int launchers = process.waitFor();
            codes.await(io.interrupted().getAsBoolean() ? SAVING_MILLIS : 0);
            OptionalInt together = codes.together();
            return together.isPresent() ? together.getAsInt() : code(launchers);
        } catch (IOException e) {
            throw new RanksException(mpirun + " cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }

    /** Where the ranks' own codes do not tell: nobody knows that all is well. */
    private int code(int launchers) {
        return switch (launchers) {
            case ExitCode.FAILED, ExitCode.USAGE, ExitCode.INTERRUPTED -> launchers;
            default -> {
                io.fail("the ranks have ended, mpirun with exit code " + launchers + "; the lines above say why");
                yield ExitCode.FAILED;
            }
        };
    }

    private static Interruption.Listener passedOnTo(Process process) {
        return new Interruption.Listener() {
            @Override
            public void first() {
                signal(process, "INT");
            }

            @Override
            public void again() {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        };
    }

    private static void signal(Process process, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            process.destroy();
        }
    }

    /** So that ranks may be more than processors and share them. */
    private List<String> options(Path mpirun) {
        if (version(mpirun).contains("Open")) {
            List<String> options = new ArrayList<>(List.of("--oversubscribe", "--bind-to", "none"));
            if (System.getProperty("user.name").equals("root")) {
                options.add("--allow-run-as-root");
            }
            return options;
        }
        return List.of();
    }

    private static String version(Path mpirun) {
        try {
            Process process = new ProcessBuilder(mpirun.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            try (InputStream out = process.getInputStream()) {
                return new String(out.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new RanksException(mpirun + " cannot be started: " + e.getMessage(), e);
        }
    }

    private Optional<Path> onPath(String name) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** This JVM's command line up to the arguments. */
    private static List<String> self() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-XX:ArchiveClassesAtExit")) // the ranks would all write it
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        return command;
    }
}
