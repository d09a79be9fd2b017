package org.tornadogpt.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;

/**
 * A checkpoint that another process may replace while it is read, as a training run does with its own. What fails
 * while the folder changes is read again, and what is loaded into a session is one checkpoint, whole.
 */
public final class LiveCheckpoint {
    /** Reading gives up after so long a time of changes. */
    private static final long PATIENCE_MILLIS = 10_000;

    /**
     * A folder that is missing for so long, with others beside it, is what a killed save left, not a save that goes
     * on.
     */
    private static final long MOVE_MILLIS = 300;

    private static final long PAUSE_MILLIS = 10;

    /** Something that reads the folder. */
    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    private final Path folder;
    private Checkpoint opened;
    private Stamp stamp;

    private LiveCheckpoint(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the checkpoint that is there now.
     *
     * @throws CheckpointException as {@link Checkpoint#open}
     */
    public static LiveCheckpoint open(Path folder) throws IOException {
        LiveCheckpoint live = new LiveCheckpoint(folder);
        live.steadily(live::reopen);
        return live;
    }

    private Checkpoint reopen() throws IOException {
        stamp = Stamp.of(folder);
        opened = Checkpoint.open(folder);
        return opened;
    }

    /** What was opened or, if it was replaced before it was loaded, what took its place. */
    public Checkpoint checkpoint() {
        return opened;
    }

    /** Loads the parameters; see {@link #checkpoint} for those of which step. */
    public void restore(Weights weights) throws IOException {
        load(checkpoint -> checkpoint.restore(weights));
    }

    /** Loads parameters and moments; see {@link #checkpoint} for those of which step. */
    public void restore(TrainingSession session) throws IOException {
        load(checkpoint -> checkpoint.restore(session));
    }

    @FunctionalInterface
    private interface Loading {
        void load(Checkpoint checkpoint) throws IOException;
    }

    private void load(Loading loading) throws IOException {
        ModelConfig config = opened.config();
        steadily(() -> {
            if (!Stamp.of(folder).equals(stamp)) {
                reopen();
            }
            if (!opened.config().equals(config)) {
                throw new CheckpointException(folder + " was replaced by a model of another shape");
            }
            loading.load(opened);
            return opened;
        });
    }

    private <T> T steadily(Reading<T> reading) throws IOException {
        long start = System.nanoTime();
        while (true) {
            Stamp before = Stamp.of(folder);
            T result = null;
            IOException failure = null;
            try {
                result = reading.read();
            } catch (IOException e) {
                failure = e;
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            Stamp after = Stamp.of(folder);
            boolean settled = after.equals(before) && (!after.isBetweenMoves() || millis > MOVE_MILLIS);
            if (settled || millis > PATIENCE_MILLIS) {
                if (failure != null) {
                    throw failure;
                }
                return result;
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading a checkpoint", e);
        }
    }

    /**
     * What tells one checkpoint under a name from the next: the file that each save writes last.
     *
     * @param state the identity of that file, null if there is none
     * @param beside whether a save's other folders are there
     */
    private record Stamp(List<Object> state, boolean beside) {
        static Stamp of(Path folder) {
            List<Object> state = null;
            try {
                BasicFileAttributes file =
                        Files.readAttributes(folder.resolve(Checkpoint.STATE), BasicFileAttributes.class);
                state = List.of(Objects.requireNonNullElse(file.fileKey(), ""), file.lastModifiedTime(), file.size());
            } catch (IOException e) {
                // there is none, or none that can be read: that is a state, too
            }
            boolean beside = new CheckpointFolder(folder, step -> {})
                    .candidates().stream().skip(1).anyMatch(CheckpointFolder::isWhole);
            return new Stamp(state, state == null && beside);
        }

        boolean isBetweenMoves() {
            return beside;
        }
    }
}
