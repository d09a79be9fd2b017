package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.metrics.SamplesFile;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.Remains;
import org.tornadogpt.trainer.train.RunFolder;

/** Brings a run back to where a checkpoint left it. */
final class Restoration {
    static final String LAST = "last";
    static final String BEST = "best";

    private final RunFolder folder;
    private final Io io;
    private boolean found;

    Restoration(RunFolder folder, Io io) {
        this.folder = folder;
        this.io = io;
    }

    /** Whether there was a checkpoint. */
    boolean found() {
        return found;
    }

    /**
     * Loads the checkpoint into the session and cuts the metrics to what it knows; without any checkpoint the run
     * begins again.
     *
     * @param from {@code last} or {@code best}
     * @throws IOException if it is damaged; the message says which file, and how to go on
     */
    Progress restore(TrainingSession session, String from) throws IOException {
        Progress progress = io.ranks().isFirst() ? restoreHere(session, from) : Progress.start();
        if (io.ranks().size() == 1) {
            return progress;
        }
        double[] shared = io.ranks()
                .gather(
                        found ? 1 : 0,
                        (double) progress.step(),
                        progress.bestLoss(),
                        (double) progress.bestStep(),
                        progress.sinceBest(),
                        (double) progress.evaluatedStep(),
                        progress.elapsedSeconds());
        found = shared[0] == 1;
        if (found) {
            new SharedState(io.ranks(), folder.last()).share(session);
        }
        return new Progress(
                (long) shared[1], shared[2], (long) shared[3], (int) shared[4], (long) shared[5], shared[6]);
    }

    private Progress restoreHere(TrainingSession session, String from) throws IOException {
        Path source = from.equals(BEST) ? folder.best() : folder.last();
        if (!isThere(folder.last()) && !isThere(folder.best())) {
            io.out().println("resuming: there is no checkpoint yet, starting at step 0");
            cutMetrics(Progress.start());
            return Progress.start();
        }
        Progress loaded = load(source, session);
        Progress progress = loaded;
        if (from.equals(BEST)) {
            openOrSetAside(folder.last());
            Checkpoint.copy(folder.best(), folder.last());
        } else {
            // a save that was killed may have left a better one than last knows of: a worse one is not to replace it
            progress = openOrSetAside(folder.best())
                    .map(best -> Progress.of(best.state()))
                    .map(loaded::withBestOf)
                    .orElse(loaded);
        }
        cutMetrics(progress);
        found = true;
        io.out()
                .println("resuming after step " + progress.step()
                        + (from.equals(BEST) ? ", from the best checkpoint" : ""));
        return progress;
    }

    private static boolean isThere(Path checkpoint) {
        return Checkpoint.exists(checkpoint) || Files.exists(checkpoint);
    }

    private Progress load(Path source, TrainingSession session) throws IOException {
        try {
            Checkpoint checkpoint = Checkpoint.open(source);
            checkpoint.note().ifPresent(io.out()::println);
            if (!checkpoint.config().equals(session.model().config())) {
                throw new IOException("the checkpoint " + source + " is of another shape: it holds "
                        + checkpoint.config() + ", the run's config.yaml asks for "
                        + session.model().config());
            }
            checkpoint.restore(session);
            return Progress.of(checkpoint.state());
        } catch (CheckpointException e) {
            throw new IOException(e.getMessage() + "; " + Remains.toResume(folder.path()), e);
        }
    }

    /** What cannot be read would be in the way of the next checkpoint. */
    private Optional<Checkpoint> openOrSetAside(Path checkpoint) throws IOException {
        if (!isThere(checkpoint)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Checkpoint.open(checkpoint));
        } catch (CheckpointException e) {
            setAside(checkpoint, e);
            return Optional.empty();
        }
    }

    private void setAside(Path file, IOException reason) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        for (int i = 2; Files.exists(aside); i++) {
            aside = file.resolveSibling(file.getFileName() + ".damaged-" + i);
        }
        Files.move(file, aside);
        io.warn(reason.getMessage() + "; moved to " + aside);
    }

    private void cutMetrics(Progress progress) throws IOException {
        try {
            MetricsFile.read(folder.metrics());
        } catch (IOException e) {
            setAside(folder.metrics(), e);
        }
        try {
            SamplesFile.truncate(folder.samples(), progress.step());
        } catch (IOException e) {
            setAside(folder.samples(), e);
        }
        MetricsFile.truncate(folder.metrics(), progress.step(), progress.evaluatedStep() == progress.step());
    }
}
