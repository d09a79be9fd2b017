package org.tornadogpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tornadogpt.model.internal.Json;

/**
 * Replaces a folder as nearly at once as a file system allows. The new contents are written to {@code NAME.new} and
 * forced to the disk; then NAME is renamed to {@code NAME.old}, {@code NAME.new} to NAME, and {@code NAME.old} is
 * deleted. Killed between the two renames, it leaves no NAME but both others, whole; killed anywhere else, NAME is
 * whole.
 */
final class CheckpointFolder {
    /** Told what is about to happen. */
    @FunctionalInterface
    interface Observer {
        void before(String action);
    }

    /** Writes the contents. */
    @FunctionalInterface
    interface Writer {
        void write(Contents files) throws IOException;
    }

    private final Path folder;
    private final Path fresh;
    private final Path old;
    private final Observer observer;

    CheckpointFolder(Path folder, Observer observer) {
        this.folder = folder.toAbsolutePath().normalize();
        this.observer = observer;
        fresh = this.folder.resolveSibling(this.folder.getFileName() + ".new");
        old = this.folder.resolveSibling(this.folder.getFileName() + ".old");
    }

    /** Where a whole checkpoint may be, the best first. */
    List<Path> candidates() {
        return List.of(folder, fresh, old);
    }

    void replace(Writer writer) throws IOException {
        Files.createDirectories(folder.getParent());
        settle();
        act("clear");
        delete(fresh);
        act("create");
        Files.createDirectory(fresh);
        try {
            writer.write(new Contents());
        } catch (IOException e) {
            deleteAfter(e);
            throw e;
        }
        force(fresh);
        if (Files.exists(folder)) {
            act("delete stale");
            delete(old);
            act("move aside");
            move(folder, old);
        }
        act("move in");
        move(fresh, folder);
        force(folder.getParent());
        act("delete old");
        delete(old);
    }

    /** What made writing fail may make deleting fail, too: it is the first that the user has to know. */
    private void deleteAfter(IOException failure) {
        try {
            delete(fresh);
        } catch (IOException | UncheckedIOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Whether {@code directory} holds everything: its last file takes its name when all is on the disk. */
    static boolean isWhole(Path directory) {
        return Files.exists(directory.resolve(Checkpoint.STATE));
    }

    /**
     * Finishes what an earlier save was killed at, so that from here on there is always a whole folder under one name.
     */
    private void settle() throws IOException {
        if (Files.exists(folder)) {
            if (!isWhole(folder) && !isEmpty(folder)) {
                throw new CheckpointException(folder + " exists and is not a checkpoint: it will not be replaced");
            }
        } else if (isWhole(fresh)) {
            act("finish move");
            move(fresh, folder);
        } else if (isWhole(old)) {
            act("put back");
            move(old, folder);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }

    private void act(String action) {
        observer.before(action);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path p : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }

    /** Forces a folder's entries to the disk, where folders can be opened (not on Windows, which does it unasked). */
    private static void force(Path directory) throws IOException {
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** The new folder's files, with their checksums. */
    final class Contents {
        private final ObjectNode sums = Json.MAPPER.createObjectNode();

        private Contents() {}

        void tensors(String name, List<SafeTensors.Source> tensors) throws IOException {
            act("write " + name);
            MessageDigest digest = CheckpointManifest.sha256();
            SafeTensors.write(fresh.resolve(name), Map.of("format", "pt"), tensors, digest);
            note(name, digest);
        }

        void text(String name, String text) throws IOException {
            act("write " + name);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MessageDigest digest = CheckpointManifest.sha256();
            digest.update(bytes);
            Path part = fresh.resolve(name + ".part");
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            move(part, fresh.resolve(name));
            note(name, digest);
        }

        void copy(Path file) throws IOException {
            String name = file.getFileName().toString();
            act("write " + name);
            Path part = fresh.resolve(name + ".part");
            Files.copy(file, part);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            move(part, fresh.resolve(name));
        }

        private void note(String name, MessageDigest digest) throws IOException {
            sums.putObject(name)
                    .put("bytes", Files.size(fresh.resolve(name)))
                    .put("sha256", HexFormat.of().formatHex(digest.digest()));
        }

        /** Name to length and checksum of the files written so far. */
        ObjectNode sums() {
            return sums.deepCopy();
        }
    }
}
