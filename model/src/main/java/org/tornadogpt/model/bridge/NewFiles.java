package org.tornadogpt.model.bridge;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Writes beside the target and moves into place, so that there is never a part of a model under its name. */
final class NewFiles {
    /** Writes a file or fills a folder. */
    @FunctionalInterface
    interface Writing {
        void write(Path path) throws IOException;
    }

    private NewFiles() {}

    /** @throws IOException if there is something at {@code folder} that is no empty folder */
    static void folder(Path folder, Writing writing) throws IOException {
        if (Files.exists(folder) && !isEmpty(folder)) {
            throw new FileAlreadyExistsException(folder + " is not empty: give a folder that is not there yet");
        }
        move(folder, path -> writing.write(Files.createDirectory(path)));
    }

    /** @throws IOException if there is something at {@code file} */
    static void file(Path file, Writing writing) throws IOException {
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file + " exists: give another name, or delete it");
        }
        move(file, writing);
    }

    private static void move(Path target, Writing writing) throws IOException {
        Path absolute = target.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        delete(part);
        try {
            writing.write(part);
            Files.deleteIfExists(absolute);
            Files.move(part, absolute);
        } finally {
            delete(part);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Deletes a file or a folder, if there is one. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(path)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
