package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Keeps two processes out of one run: a locked file in its folder. The system unlocks it when the process ends,
 * however it does.
 */
final class RunLock implements AutoCloseable {
    static final String NAME = ".lock";

    private final Path file;
    private final FileChannel channel;
    private final Object key;

    private RunLock(Path file, FileChannel channel, Object key) {
        this.file = file;
        this.channel = channel;
        this.key = key;
    }

    /** @throws IOException if another process has it, or the folder cannot be written */
    static RunLock take(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("cannot write to " + folder + ": " + Reasons.of(e), e);
        }
        try {
            if (tryLock(channel) == null) {
                throw new IOException(folder + " is in use: another process trains in it");
            }
            return new RunLock(file, channel, key(file));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** What tells a file from another of its name; null where the file system has nothing of the kind. */
    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Whether the locked file is still where it was: somebody may have deleted or replaced the folder. */
    boolean isInPlace() {
        try {
            return Objects.equals(key(file), key);
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
