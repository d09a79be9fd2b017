package org.tornadogpt.distributed;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.tornadogpt.distributed.mpi.Mpi;

/** Starts a class of the test's class path as several processes, by {@code mpirun}. */
public final class MpiRun {
    /** Only against hanging for ever: a busy machine may take its time. */
    private static final int SECONDS = 240;

    private static final Path LAUNCHER = Path.of("mpirun");

    private MpiRun() {}

    /**
     * What came out.
     *
     * @param code exit code of {@code mpirun}
     */
    public record Result(int code, String out, String err) {}

    /** Skips the test where it cannot run. */
    public static void assumeInstalled() {
        Assumptions.assumeTrue(
                Mpi.installed(System.getenv()).isPresent(),
                "no MPI library is installed (apt-get install libmpich-dev)");
        Assumptions.assumeTrue(isOnPath(), "no mpirun on PATH (apt-get install mpich)");
    }

    private static boolean isOnPath() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(LAUNCHER)));
    }

    /** The command line of {@code main} as one process, with this JVM's options. */
    public static List<String> java(String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs to the end. */
    public static Result run(int ranks, String main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mpirun", "-n", String.valueOf(ranks)));
        command.addAll(java(main, arguments));
        return run(command, Map.of());
    }

    /** Runs a command to its end. */
    public static Result run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(command, environment).end();
    }

    /** Starts a command. */
    public static Running start(List<String> command, Map<String, String> environment) throws IOException {
        Path folder = Files.createTempDirectory("mpirun");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT", "1");
        builder.environment().put("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        builder.environment().put("OMPI_MCA_rmaps_base_oversubscribe", "1");
        builder.environment().putAll(environment);
        return new Running(builder.start(), out, err);
    }

    /** What has been started. */
    public record Running(Process process, Path out, Path err) {
        /** Waits until standard output holds {@code text}. */
        public void await(String text) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (!text(out).contains(text)) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    destroy();
                    throw new AssertionError("no '" + text + "' in: " + text(out) + text(err));
                }
                Thread.sleep(50);
            }
        }

        /** The processes of the ranks, in their order. */
        public List<ProcessHandle> ranks() {
            return process.descendants()
                    .filter(child -> child.info().command().orElse("").endsWith("java"))
                    .filter(child -> rank(child) >= 0)
                    .sorted(Comparator.comparingInt(MpiRun::rank))
                    .toList();
        }

        /** Waits for the end. */
        public Result end() throws InterruptedException {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                destroy();
                throw new AssertionError("no end after " + SECONDS + " s: " + text(out) + text(err));
            }
            return new Result(process.exitValue(), text(out), text(err));
        }

        /** Ranks of a test that has failed would train on. */
        private void destroy() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static int rank(ProcessHandle process) {
        try {
            String environment = Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
            return Stream.of(environment.split("\0"))
                    .filter(variable -> variable.matches("(PMI_RANK|OMPI_COMM_WORLD_RANK)=\\d+"))
                    .mapToInt(variable -> Integer.parseInt(variable.substring(variable.indexOf('=') + 1)))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
