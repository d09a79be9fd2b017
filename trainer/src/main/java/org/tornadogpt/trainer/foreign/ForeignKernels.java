package org.tornadogpt.trainer.foreign;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a command with kernels of the user's: compiles sources into a temporary folder and starts a JVM like this one
 * that has them on its class path. Not a class loader of our own: TornadoVM reads {@code @Parallel} through the
 * system's, and would lose it in silence.
 */
public final class ForeignKernels {
    private static final List<String> NOT_PASSED_ON = List.of(
            "-Xmx", "-XX:MaxDirectMemorySize", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-agentlib:");

    /** Exit code of a command that failed. */
    private static final int FAILED = 1;

    private final ChildOptions options;
    private final Constants constants;
    private final ProcessBuilder.Redirect out;
    private final List<String> said = new ArrayList<>();

    /** Chooses the values of a source file's constants. */
    private interface Constants {
        Map<String, Integer> of(Path source) throws IOException;
    }

    private ForeignKernels(ChildOptions options, Constants constants, ProcessBuilder.Redirect out) {
        this.options = options;
        this.constants = constants;
        this.out = out;
    }

    /** Empty if the command line names no file with kernels, or this is the JVM that has them. */
    public static Optional<ForeignKernels> of(String... args) {
        return KernelFile.ofThisJvm().isEmpty() ? ChildOptions.of(args).map(ForeignKernels::of) : Optional.empty();
    }

    private static ForeignKernels of(ChildOptions options) {
        return new ForeignKernels(
                options,
                options.tuned().isEmpty() ? source -> Map.of() : new TunedValues(options)::of,
                ProcessBuilder.Redirect.INHERIT);
    }

    /**
     * A command with a source file some of whose constants have other values.
     *
     * @param args the command's, the file among them, and what concerns the JVM
     * @param out where its standard output goes
     */
    public static ForeignKernels with(Map<String, Integer> values, List<String> args, ProcessBuilder.Redirect out) {
        ChildOptions options = ChildOptions.of(args.toArray(String[]::new)).orElseThrow();
        return new ForeignKernels(options, source -> values, out);
    }

    /** Runs the command there and returns its exit code. */
    public int run(String mainClass, PrintWriter err) throws IOException, InterruptedException {
        options.check();
        Path folder = Files.createTempDirectory("tgpt-kernels");
        Thread cleaner = new Thread(() -> deleteQuietly(folder));
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            List<KernelFile> files = new ArrayList<>();
            for (String given : options.files()) {
                Optional<String> wrong = add(given, folder, files);
                if (wrong.isPresent()) {
                    err.println("tgpt: " + wrong.get());
                    return FAILED;
                }
            }
            if (options.tuned().isPresent()) {
                said.forEach(line -> err.println("tgpt: " + line));
                err.flush();
            }
            return run(command(files, mainClass), err);
        } finally {
            Runtime.getRuntime().removeShutdownHook(cleaner);
            deleteQuietly(folder);
        }
    }

    private Optional<String> add(String given, Path folder, List<KernelFile> files) throws IOException {
        if (given.endsWith(".jar")) {
            files.add(new KernelFile(given, Path.of(given).toAbsolutePath()));
            return Optional.empty();
        }
        Path classes = Files.createDirectory(folder.resolve("classes" + files.size()));
        Path source = Path.of(given);
        Map<String, Integer> values = constants.of(source);
        said.add(given + (values.isEmpty() ? " has nothing that is tuned" : " with " + label(values)));
        Path compiled = values.isEmpty()
                ? source
                : Files.writeString(
                        Files.createDirectory(folder.resolve("source" + files.size()))
                                .resolve(source.getFileName()),
                        TunableSource.read(source).with(values));
        Optional<String> wrong = SourceCompiler.compile(source, compiled, classes);
        if (wrong.isEmpty()) {
            ServiceFiles.write(classes);
            files.add(new KernelFile(given, classes));
        }
        return wrong;
    }

    private static String label(Map<String, Integer> values) {
        return values.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private List<String> command(List<KernelFile> files, String mainClass) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            boolean replaced = argument.startsWith("-Xmx") || argument.startsWith("-XX:MaxDirectMemorySize");
            if (NOT_PASSED_ON.stream().noneMatch(argument::startsWith)
                    || (replaced && options.memory().isEmpty())) {
                command.add(argument);
            }
        }
        options.memory().ifPresent(m -> command.addAll(List.of("-Xmx" + m, "-XX:MaxDirectMemorySize=" + m)));
        command.add("-D" + KernelFile.PROPERTY + "="
                + String.join(
                        File.pathSeparator,
                        files.stream()
                                .flatMap(f -> Stream.of(f.given(), f.classes().toString()))
                                .toList()));
        List<String> path =
                new ArrayList<>(files.stream().map(f -> f.classes().toString()).toList());
        path.add(System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, path), mainClass));
        command.addAll(options.rest());
        return command;
    }

    private int run(List<String> command, PrintWriter err) throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(command).inheritIO().redirectOutput(out).start();
        Thread killer = new Thread(child::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            if (options.limit().isEmpty()) {
                return child.waitFor();
            }
            Duration limit = options.limit().get();
            if (child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return child.exitValue();
            }
            child.destroyForcibly();
            child.waitFor();
            err.println("tgpt: ended after " + limit.toSeconds() + " s, the limit (--limit): a kernel of "
                    + String.join(", ", options.files()) + " may never end");
            return FAILED;
        } finally {
            Runtime.getRuntime().removeShutdownHook(killer);
        }
    }

    private static void deleteQuietly(Path folder) {
        try {
            SourceCompiler.delete(folder);
        } catch (IOException e) {
            // it is in the folder of temporary files, which the system empties
        }
    }
}
