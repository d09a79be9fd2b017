package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.ranks.Ranks;

/**
 * Puts down in a run's folder what the run has come to. A checkpoint that cannot be written is an error; without a
 * line of metrics or a plot the run goes on, and that is said once.
 */
final class RunWriter {
    private final RunFolder folder;
    private final TrainingSession session;
    private final Tokenizer tokenizer;
    private final long seed;
    private final Ranks ranks;
    private final ProgressDisplay display;
    private final Plotter plotter;
    private final List<String> caption;
    private final MetricsFile metrics;
    private final Set<Path> complained = new HashSet<>();
    private final ReentrantLock saving = new ReentrantLock();
    private long savedNanos = System.nanoTime();
    private volatile long savedStep;

    /**
     * @param caption lines below the plot
     * @param savedStep of the checkpoint that the run goes on from, -1 if there is none
     */
    RunWriter(
            RunFolder folder,
            TrainingSession session,
            Tokenizer tokenizer,
            long seed,
            ProgressDisplay display,
            Plotter plotter,
            List<String> caption,
            long savedStep,
            Ranks ranks) {
        this.ranks = ranks;
        this.folder = folder;
        this.session = session;
        this.tokenizer = tokenizer;
        this.seed = seed;
        this.display = display;
        this.plotter = plotter;
        this.caption = caption;
        this.savedStep = savedStep;
        metrics = folder.isOurs() ? MetricsFile.append(folder.metrics()) : null;
    }

    /** The step that the run would go on from if it ended now, -1 for none. Any thread may ask. */
    long savedStep() {
        return savedStep;
    }

    /** Seconds since the latest checkpoint, or since the run went on. */
    double secondsSinceSave() {
        return (System.nanoTime() - savedNanos) / 1e9;
    }

    void log(Metric metric) {
        if (!folder.isOurs()) {
            return;
        }
        try {
            metrics.write(metric);
        } catch (IOException e) {
            complain(folder.metrics(), e);
        }
    }

    void flush() {
        if (!folder.isOurs()) {
            return;
        }
        try {
            metrics.flush();
        } catch (IOException e) {
            complain(folder.metrics(), e);
        }
    }

    /**
     * Saves {@code last}.
     *
     * @throws IOException if that fails; earlier checkpoints stay
     */
    void saveLast(Progress progress) throws IOException {
        saving.lock();
        try {
            if (folder.isOurs()) {
                prepare();
                save(folder.last(), progress);
            } else {
                session.moments(); // gives what it has of them
            }
            saved(progress);
        } finally {
            saving.unlock();
        }
    }

    /** Saves {@code best}, and the same as {@code last}. */
    void saveBest(Progress progress) throws IOException {
        saving.lock();
        try {
            if (folder.isOurs()) {
                prepare();
                save(folder.best(), progress);
                bestIsLast();
            } else {
                session.moments();
            }
            saved(progress);
        } finally {
            saving.unlock();
        }
    }

    private void bestIsLast() throws IOException {
        Checkpoint.copy(folder.best(), folder.last());
        saveAdapters(folder.last());
    }

    /**
     * Waits for a checkpoint that is being written, for so long at most, and lets none begin after it: what is said
     * next of the last one stays true until the process has ended. For any thread.
     *
     * @return whether none is being written any more
     */
    boolean endSaving(Duration patience) throws InterruptedException {
        return saving.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Of a run with adapters the merged model is a checkpoint, and the adapters are a small folder of their own. */
    private void save(Path checkpoint, Progress progress) throws IOException {
        Checkpoint.save(checkpoint, tokenizer, session, progress.toState(seed));
        saveAdapters(checkpoint);
    }

    private void saveAdapters(Path checkpoint) throws IOException {
        if (session.adapters() != null) {
            session.workspace().toHost(session.adapters().values());
            PeftFolder.replace(
                    folder.path().resolve(checkpoint.getFileName() + "-adapter"),
                    session.model().config(),
                    session.adapters());
        }
    }

    private void prepare() throws IOException {
        folder.mend().ifPresent(display::warning);
        flush();
    }

    private void saved(Progress progress) {
        ranks.awaitLong();
        savedStep = progress.step();
        savedNanos = System.nanoTime();
    }

    /**
     * Whatever a machine lacks to draw, be it room, fonts or the graphics library as a whole, training does not need
     * it.
     */
    void plot() {
        if (!folder.isOurs()) {
            return;
        }
        try {
            String title = folder.path().toAbsolutePath().getFileName().toString();
            plotter.write(title, caption, MetricsFile.read(folder.metrics()), folder.plot())
                    .ifPresent(lack -> complain(folder.plot(), lack));
        } catch (IOException e) {
            complain(folder.plot(), "it cannot be written: " + Reasons.of(e));
        } catch (RuntimeException | LinkageError | InternalError e) {
            complain(folder.plot(), "it cannot be drawn: " + e);
        }
    }

    private void complain(Path file, IOException e) {
        complain(file, "it cannot be written: " + Reasons.of(e));
    }

    private void complain(Path file, String what) {
        if (complained.add(file)) {
            display.warning(file + ": " + what + "; the training goes on");
        }
    }
}
