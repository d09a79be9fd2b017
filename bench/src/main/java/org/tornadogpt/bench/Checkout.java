package org.tornadogpt.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tornadogpt.trainer.settings.UsageException;

/** A folder with sources and a build of this project, such as a {@code git worktree} at an older commit. */
record Checkout(Path folder) {
    private static final String LIB = "bench/target/lib";

    Checkout {
        folder = folder.toAbsolutePath().normalize();
    }

    /** The jar of module bench. */
    Path bench() throws IOException {
        return jars("bench/target").stream()
                .filter(jar -> jar.getFileName().toString().startsWith("tornado-gpt-bench-"))
                .findFirst()
                .orElseThrow();
    }

    /** All other jars, those of the other modules among them. */
    List<Path> libraries() throws IOException {
        return jars(LIB);
    }

    /**
     * Refuses a folder whose build is not that of its sources.
     *
     * @throws UsageException with what to do
     */
    void check() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--against: there is no folder " + folder);
        }
        if (!Files.isRegularFile(folder.resolve("bench/pom.xml"))) {
            throw new UsageException("--against: " + folder + " is no checkout of tornado-gpt (no bench/pom.xml)");
        }
        if (missing("bench/target", "tornado-gpt-bench-") || missing(LIB, "tornado-gpt-trainer-")) {
            throw new UsageException("--against: " + folder + " is not built; " + remedy());
        }
        Optional<Path> newer = newerThanBuild();
        if (newer.isPresent()) {
            throw new UsageException("--against: " + folder + " has changed since it was built ("
                    + folder.relativize(newer.get()) + "); " + remedy());
        }
    }

    private String remedy() {
        return "'" + folder.resolve("tgpt") + " --version' builds it";
    }

    private boolean missing(String place, String prefix) throws IOException {
        return jars(place).stream()
                .noneMatch(jar -> jar.getFileName().toString().startsWith(prefix));
    }

    private List<Path> jars(String place) throws IOException {
        Path at = folder.resolve(place);
        if (!Files.isDirectory(at)) {
            return List.of();
        }
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(at, "*.jar")) {
            found.forEach(jars::add);
        }
        jars.sort(null);
        return jars;
    }

    /** As the launcher judges it for its own folder: every build fills {@code lib} anew. */
    private Optional<Path> newerThanBuild() throws IOException {
        FileTime built = Files.getLastModifiedTime(folder.resolve(LIB));
        List<Path> roots = new ArrayList<>(List.of(folder.resolve("pom.xml")));
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path module : modules) {
                roots.addAll(
                        List.of(module.resolve("pom.xml"), module.resolve("src/main"), module.resolve("src/build")));
            }
        }
        for (Path root : roots) {
            Optional<Path> newer = Files.exists(root) ? newer(root, built) : Optional.empty();
            if (newer.isPresent()) {
                return newer;
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> newer(Path root, FileTime built) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toFile().lastModified() > built.toMillis())
                    .findFirst();
        }
    }
}
