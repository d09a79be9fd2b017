package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.UsageException;

/** The folder of one run, held by one process at a time. */
public final class RunFolder implements AutoCloseable {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    private static final String LOCK = ".lock";

    private final Path path;
    private final FileChannel lockFile;

    private RunFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** A folder of its own below {@code runs/}: the preset's name and the time. */
    public static Path unused(String preset) {
        String name = preset + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        Path path = Path.of("runs", name);
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of("runs", name + "-" + i);
        }
        return path;
    }

    /**
     * Whether a new run may be put there.
     *
     * @throws UsageException if there is something at {@code path}
     */
    public static void checkUnused(Path path) {
        if (Files.exists(path)) {
            throw new UsageException(path + " exists: choose another --run, or go on with it by --resume");
        }
    }

    /**
     * Whether there is a run.
     *
     * @throws UsageException if {@code path} is not a run's folder
     */
    public static void checkRun(Path path) {
        if (!Files.isDirectory(path)) {
            throw new UsageException("no run at " + path);
        }
        if (!Files.exists(path.resolve("config.yaml"))) {
            throw new UsageException(path + " is not a run: it has no config.yaml");
        }
    }

    /** Makes the folder; it must not exist. */
    public static RunFolder create(Path path) throws IOException {
        checkUnused(path);
        try {
            Files.createDirectories(path);
        } catch (FileAlreadyExistsException e) {
            throw new IOException("cannot create the folder " + path + ": " + e.getFile() + " is a file", e);
        } catch (IOException e) {
            throw new IOException("cannot create the folder " + path + ": " + Reasons.of(e), e);
        }
        return lock(path);
    }

    /** Opens the folder of an earlier run. */
    public static RunFolder resume(Path path) throws IOException {
        checkRun(path);
        return lock(path);
    }

    private static RunFolder lock(Path path) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("cannot write to " + path + ": " + Reasons.of(e), e);
        }
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException(path + " is in use: another process trains in it");
        }
        return new RunFolder(path, channel);
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    public Path path() {
        return path;
    }

    public Path config() {
        return path.resolve("config.yaml");
    }

    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    public Path plot() {
        return path.resolve("loss.png");
    }

    /** The checkpoint that a resumed run starts from. */
    public Path last() {
        return path.resolve("last");
    }

    /** The checkpoint with the lowest validation loss. */
    public Path best() {
        return path.resolve("best");
    }

    /** The checkpoint to write text with: the best, or the last if there is no best. */
    public static Path forUse(Path run) {
        checkRun(run);
        Path best = run.resolve("best");
        return Checkpoint.exists(best) ? best : run.resolve("last");
    }

    public ConfigFile.Content readConfig() {
        return ConfigFile.read(config());
    }

    /** Replaces {@code config.yaml} as a whole. */
    public void writeConfig(ConfigFile.Content content) throws IOException {
        Path whole = path.resolve("config.yaml.tmp");
        Files.writeString(whole, ConfigFile.write(content));
        Files.move(whole, config(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Takes away the folder of a run that was refused before it began; leaves it if it holds more than was put there by then. */
    public void discard() throws IOException {
        close();
        Files.deleteIfExists(config());
        Files.deleteIfExists(path.resolve(LOCK));
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            // somebody's file is there: it stays
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
