package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * The folder of one run, held by one process at a time. A new one is taken away again when it is closed, unless
 * {@link #keep} was called before: a run that was refused leaves nothing.
 */
public final class RunFolder implements AutoCloseable {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final Path RUNS = Path.of("runs");
    private static final String CONFIG = "config.yaml";

    private final Path path;
    private final NewFolder made;
    private RunLock lock;
    private boolean kept;
    private ConfigFile.Content written;

    /**
     * Of a path.
     *
     * @param made null for the folder of an earlier run
     * @param lock null for one that another process writes
     */
    private RunFolder(Path path, NewFolder made, RunLock lock) {
        this.path = path;
        this.made = made;
        this.lock = lock;
        kept = made == null;
    }

    /** Makes a folder of its own below {@code runs/}: the name and the time, and a number where that is taken. */
    public static RunFolder createNamed(String name) throws IOException {
        return createNamed(RUNS, name);
    }

    static RunFolder createNamed(Path runs, String name) throws IOException {
        String stamped = name + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        for (int i = 1; ; i++) {
            Path path = runs.resolve(i == 1 ? stamped : stamped + "-" + i);
            if (!Files.exists(path)) {
                try {
                    return create(path, NewFolder.make(path));
                } catch (FileAlreadyExistsException e) {
                    // another process was quicker: the next name
                }
            }
        }
    }

    /**
     * Makes the folder, or takes one that holds nothing.
     *
     * @throws UsageException if there is something at {@code path}
     */
    public static RunFolder create(Path path) throws IOException {
        return create(path, NewFolder.makeOrTake(path));
    }

    private static RunFolder create(Path path, NewFolder made) throws IOException {
        try {
            RunLock lock = RunLock.take(path);
            NewFolder.checkUnused(path); // another run may have come and gone
            return new RunFolder(path, made, lock);
        } catch (IOException | RuntimeException e) {
            made.removeIfEmpty();
            throw e;
        }
    }

    /** A folder that another rank writes: here nothing is written. */
    public static RunFolder ofAnother(Path path) {
        return new RunFolder(path, null, null);
    }

    /** Whether this process writes it. */
    public boolean isOurs() {
        return lock != null;
    }

    /** Opens the folder of an earlier run. */
    public static RunFolder resume(Path path) throws IOException {
        checkRun(path);
        return new RunFolder(path, null, RunLock.take(path));
    }

    /**
     * Whether there is a run.
     *
     * @throws IOException if {@code path} is not a run's folder
     */
    public static void checkRun(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new IOException("no run at " + path);
        }
        if (!Files.exists(path.resolve(CONFIG))) {
            throw new IOException(path + " is not a run: it has no " + CONFIG);
        }
    }

    /** The settings of an earlier run. */
    public static ConfigFile.Content readConfig(Path run) throws IOException {
        checkRun(run);
        try {
            return ConfigFile.read(run.resolve(CONFIG));
        } catch (UsageException e) {
            throw new IOException("the run cannot be used: " + e.getMessage(), e);
        }
    }

    /** From here on the folder stays, whatever becomes of the run. */
    public synchronized void keep() {
        kept = true;
    }

    public Path path() {
        return path;
    }

    public Path config() {
        return path.resolve(CONFIG);
    }

    /** The tokenizer, where it is not of characters: nobody is to learn it again. */
    public Path tokenizer() {
        return path.resolve("tokenizer.json");
    }

    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** Texts written on the way, if any are. */
    public Path samples() {
        return path.resolve("samples.jsonl");
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
    public static Path forUse(Path run) throws IOException {
        checkRun(run);
        Path best = run.resolve("best");
        return Checkpoint.exists(best) ? best : run.resolve("last");
    }

    /** Replaces {@code config.yaml} as a whole. */
    public void writeConfig(ConfigFile.Content content) throws IOException {
        if (!isOurs()) {
            return;
        }
        WholeFile.write(config(), ConfigFile.write(content).getBytes(StandardCharsets.UTF_8));
        written = content;
    }

    /**
     * Makes the folder anew if somebody took it away, so that what is saved there can be resumed.
     *
     * @return what was missing; empty if all is there
     * @throws IOException if that cannot be done, or if another run has taken its place
     */
    Optional<String> mend() throws IOException {
        if (lock.isInPlace() && Files.exists(config())) {
            return Optional.empty();
        }
        boolean gone = !Files.isDirectory(path);
        try {
            Files.createDirectories(path);
            if (!lock.isInPlace()) {
                lock.close();
                lock = RunLock.take(path);
            }
            if (!Files.exists(config())) {
                writeConfig(written);
            }
        } catch (IOException e) {
            throw new IOException(path + " was taken away and cannot be made anew: " + Reasons.of(e), e);
        }
        if (!ConfigFile.write(readConfig(path)).equals(ConfigFile.write(written))) {
            throw new IOException(path + " has become another run's folder");
        }
        return Optional.of(
                gone
                        ? path + " was taken away and is made anew; what it held is lost"
                        : path + " lacked files of this run");
    }

    /** Lets others have it; takes away what was made for a run that did not begin. */
    @Override
    public synchronized void close() throws IOException {
        try {
            if (!kept) {
                kept = true;
                made.discard();
            }
        } finally {
            if (isOurs()) {
                lock.close();
            }
        }
    }
}
