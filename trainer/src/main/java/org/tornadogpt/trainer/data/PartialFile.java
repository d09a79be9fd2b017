package org.tornadogpt.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What has come of a file, beside its place: {@code NAME.part}, and in {@code NAME.part.version} what the server calls
 * this version of it, so that two versions are never put together.
 */
record PartialFile(Path file, Path version) {
    PartialFile(Path target) {
        this(
                target.resolveSibling(target.getFileName() + ".part"),
                target.resolveSibling(target.getFileName() + ".part.version"));
    }

    /** Bytes that have come. */
    long size() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    /** What the server called the version that has begun to come. */
    Optional<String> knownVersion() throws IOException {
        return Files.exists(version) ? Optional.of(Files.readString(version)) : Optional.empty();
    }

    void begin(Optional<String> newVersion) throws IOException {
        Files.deleteIfExists(version);
        if (newVersion.isPresent()) {
            Files.writeString(version, newVersion.get());
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(version);
    }

    /** Takes it away if nothing has come; returns how many bytes there are. */
    long keepIfUseful() {
        try {
            long size = size();
            if (size == 0) {
                delete();
            }
            return size;
        } catch (IOException e) {
            return 0; // what is left is overwritten by the next fetch
        }
    }
}
