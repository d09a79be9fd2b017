package org.tornadogpt.trainer.launcher;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A project folder with the launcher in it, programs made of a few lines of shell, and the environment they run in. */
final class World {
    static final String BASH = "/bin/bash";
    /** Runs its arguments, and ends when nothing has their standard error open any more. */
    private static final String PATIENT = "set -o pipefail; { \"$@\" 2>&1 >&3 3>&- | cat >&2; } 3>&1";

    private static final Path ROOT = Path.of("..");
    private static final int SECONDS = 240;

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    record Ended(int code, String out, String err) {
        @Override
        public String toString() {
            return "exit code " + code + "\n" + out + err;
        }
    }

    /** @param folder an empty one */
    World(Path folder) throws IOException {
        assumeTrue(Files.isExecutable(Path.of(BASH)), "there is no /bin/bash here");
        this.folder = folder.toRealPath();
        environment.put("PATH", this.folder.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin");
        environment.put(
                "HOME", Files.createDirectories(this.folder.resolve("home")).toString());
        environment.put("LANG", "C.UTF-8");
        environment.put(
                "TMPDIR", Files.createDirectories(this.folder.resolve("tmp")).toString());
    }

    Path folder() {
        return folder;
    }

    World with(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    World without(String variable) {
        environment.remove(variable);
        return this;
    }

    /** A folder with the launcher, as it is unpacked: no sources, and jars that are empty files. */
    Path unpacked(String name) throws IOException {
        Path project = folder.resolve(name);
        Files.createDirectories(project.resolve("lib"));
        Files.createFile(project.resolve("lib/tornado-gpt-trainer-1.jar"));
        copyLauncher(project);
        return project;
    }

    static void copyLauncher(Path project) throws IOException {
        Path parts = Files.createDirectories(project.resolve("tools/launcher"));
        Files.copy(ROOT.resolve("tgpt"), project.resolve("tgpt"));
        try (Stream<Path> files = Files.list(ROOT.resolve("tools/launcher"))) {
            for (Path file : files.toList()) {
                Files.copy(file, parts.resolve(file.getFileName().toString()));
            }
        }
        String rules = "kernels/src/main/resources/org/tornadogpt/kernels/device/jvm/inlining.txt";
        Files.copy(ROOT.resolve(rules), parts.resolve("inlining.txt"));
    }

    Path program(String path, String body) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** A JDK whose java prints its arguments and what of the environment is meant for it. */
    Path jdk(String path, String version, String modules) throws IOException {
        program(
                path + "/bin/java",
                "printf 'home=%s\\n' " + folder.resolve(path) + "\nprintf 'argument=%s\\n' \"$@\"\n"
                        + "printf '%s=%s\\n' LC_ALL \"${LC_ALL:-}\" TGPT_TERMINAL \"${TGPT_TERMINAL-unset}\"");
        program(path + "/bin/javac", "exit 0");
        Files.writeString(
                folder.resolve(path).resolve("release"),
                "JAVA_VERSION=\"" + version + "\"\n" + (modules.isEmpty() ? "" : "MODULES=\"" + modules + "\"\n"));
        return folder.resolve(path);
    }

    /** Runs {@code script} in bash, in the folder of this world. */
    Ended bash(String script) throws IOException, InterruptedException {
        return run(List.of(BASH, "-c", script));
    }

    /**
     * Ends when nobody writes any more: the process that filters standard error may outlive a Java that does not wait
     * for it, and what comes after a process's end is lost by {@link Process#getErrorStream} (ProcessImpl keeps what
     * is in the pipe at that moment).
     */
    Ended run(List<String> command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(BASH, "-c", PATIENT, BASH));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("still running after " + SECONDS + " s: " + command);
        }
        return new Ended(process.exitValue(), out.join(), err.join());
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }
}
