package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.tornadogpt.trainer.settings.UsageException;

/** A new run's folder and what was made for it, so that all of it, and nothing else, can be taken away again. */
final class NewFolder {
    /** What a process that was killed leaves of a run that had not begun. */
    private static final Set<String> REMAINS = Set.of(RunLock.NAME, "config.yaml.tmp");

    private static final List<String> FILES =
            List.of("config.yaml", "config.yaml.tmp", "metrics.jsonl", "metrics.jsonl.tmp", "loss.png", "loss.png.tmp");
    private static final List<String> FOLDERS = List.of("last", "last.new", "last.old", "best", "best.new", "best.old");

    private final Path path;

    /** Folders that were not there before, the innermost first. */
    private final List<Path> made;

    private NewFolder(Path path, List<Path> made) {
        this.path = path;
        this.made = made;
    }

    /** @throws FileAlreadyExistsException if there is something at {@code path} */
    static NewFolder make(Path path) throws IOException {
        List<Path> made = new ArrayList<>();
        Path parent = path.toAbsolutePath().getParent();
        for (Path p = parent; p != null && Files.notExists(p, LinkOption.NOFOLLOW_LINKS); p = p.getParent()) {
            made.add(p);
        }
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
        } catch (FileAlreadyExistsException e) {
            throw new IOException("cannot create the folder " + path + ": " + e.getFile() + " is a file", e);
        } catch (IOException e) {
            throw cannot(path, e);
        }
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw cannot(path, e);
        }
        made.addFirst(path);
        return new NewFolder(path, made);
    }

    private static IOException cannot(Path path, IOException e) {
        return new IOException("cannot create the folder " + path + ": " + Reasons.of(e), e);
    }

    /** @throws UsageException if there is something at {@code path} that is no empty folder */
    static NewFolder makeOrTake(Path path) throws IOException {
        try {
            return make(path);
        } catch (FileAlreadyExistsException e) {
            checkUnused(path);
            return new NewFolder(path, List.of());
        }
    }

    /** @throws UsageException unless {@code path} is a folder without anything in it */
    static void checkUnused(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new UsageException(path + " exists and is no folder: choose another --run");
        }
        try (Stream<Path> entries = Files.list(path)) {
            if (entries.anyMatch(p -> !REMAINS.contains(p.getFileName().toString()))) {
                throw new UsageException(path + " exists: choose another --run, or go on with it by --resume");
            }
        } catch (IOException e) {
            throw new IOException("cannot read the folder " + path + ": " + Reasons.of(e), e);
        }
    }

    /** Takes away all that a run may have put there. */
    void discard() throws IOException {
        for (String name : FOLDERS) {
            deleteTree(path.resolve(name));
        }
        for (String name : FILES) {
            Files.deleteIfExists(path.resolve(name));
        }
        Files.deleteIfExists(path.resolve(RunLock.NAME));
        removeIfEmpty();
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path p : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
    }

    /** Takes the folders away that were made, as far as nobody put something there meanwhile. */
    void removeIfEmpty() throws IOException {
        try {
            for (Path folder : made) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException e) {
            // somebody's file is there, or another run: it stays
        }
    }
}
