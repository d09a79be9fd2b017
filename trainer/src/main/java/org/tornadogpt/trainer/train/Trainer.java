package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.tornadogpt.model.NonFiniteException;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.training.Batches;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.ranks.Agreement;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.ranks.RanksException;
import org.tornadogpt.trainer.settings.TrainSettings;

/**
 * The loop. What it does after step n depends on the settings, the parameters, the moments and n alone, so that a run
 * that is stopped and resumed anywhere is the run that was never stopped.
 */
public final class Trainer {
    /** How a run ended. */
    public enum Outcome {
        FINISHED,
        /** Patience ran out. */
        STOPPED_EARLY,
        /** The user wanted it to stop; everything is saved. */
        INTERRUPTED
    }

    private static final double NANOS = 1e9;
    private static final double SECONDS_PER_MINUTE = 60;

    private final TrainSettings settings;
    private final TrainingSession session;
    private final RunFolder folder;
    private final RunWriter writer;
    private final SampleWriter samples;
    private final ProgressDisplay display;
    private final BooleanSupplier stop;
    private final Ranks ranks;
    private final Evaluator evaluator;
    private final Batches batches;
    private final int[][] tokens;
    private final int[][] targets;
    private final LearningRate learningRate;
    private final TimeEstimate estimate;
    private Progress progress;
    private long startNanos;
    private double elapsedBefore;

    /**
     * @param session with the parameters to go on from
     * @param progress where to go on
     * @param saved whether a checkpoint holds that already
     * @param stop asked between steps and during evaluations
     * @param ranks the processes that take the steps together
     */
    public Trainer(
            TrainSettings settings,
            TrainingSession session,
            Split split,
            Tokenizer tokenizer,
            RunFolder folder,
            Progress progress,
            boolean saved,
            ProgressDisplay display,
            Plotter plotter,
            BooleanSupplier stop,
            Ranks ranks) {
        this.ranks = ranks;
        this.settings = settings;
        this.session = session;
        this.folder = folder;
        this.progress = progress;
        this.display = display;
        this.stop = stop;
        writer = new RunWriter(
                folder,
                session,
                tokenizer,
                settings.seed(),
                display,
                plotter,
                RunCaption.of(settings, session.model(), split.training()),
                saved ? progress.step() : -1,
                ranks);
        samples = new SampleWriter(folder, session, tokenizer, settings.sample(), settings.seed(), display);
        int block = settings.batches().block();
        evaluator = new Evaluator(
                session, split, block, settings.seed(), settings.evaluation().evalBatches(), ranks);
        batches = new Batches(
                split.training(), settings.batches().batch(), block, settings.seed(), Batches.Purpose.TRAIN);
        tokens = new int[session.microSteps().count()][batches.size()];
        targets = new int[session.microSteps().count()][batches.size()];
        learningRate = settings.schedule().rate();
        estimate = new TimeEstimate(settings.evaluation(), settings.steps());
    }

    /**
     * The step that the run would go on from if it ended now, -1 if it would have to begin again. Any thread may ask.
     */
    public long savedStep() {
        return writer.savedStep();
    }

    /** Before the process ends at once: see {@link RunWriter#endSaving}. */
    public boolean endSaving(Duration patience) throws InterruptedException {
        return writer.endSaving(patience);
    }

    /** Where the run stands. */
    public Progress progress() {
        return progress;
    }

    /**
     * Goes on to the end, or until {@code stop}.
     *
     * @throws DivergedException if a loss or gradient is NaN or infinite
     * @throws IOException if the run folder cannot be written; earlier checkpoints stay whole
     */
    public Outcome run() throws IOException, DivergedException {
        startNanos = System.nanoTime();
        elapsedBefore = progress.elapsedSeconds();
        try {
            Outcome outcome = loop();
            folder.keep();
            writer.flush();
            return outcome;
        } catch (NonFiniteException e) {
            folder.keep();
            throw new DivergedException(
                    progress.step(),
                    "step " + progress.step() + " is not saved: " + e.getMessage() + "; " + Remains.of(folder.path())
                            + ". " + DivergedException.ADVICE);
        } catch (RanksException e) {
            throw new RanksException(
                    "step " + progress.step() + " is not saved: " + e.getMessage() + "; "
                            + Remains.toResume(folder.path()),
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "step " + progress.step() + " cannot be saved in " + folder.path() + ": " + Reasons.of(e) + "; "
                            + Remains.toResume(folder.path()),
                    e);
        }
    }

    private Outcome loop() throws IOException, DivergedException {
        while (true) {
            if (ranks.any(stop.getAsBoolean()) || !evaluateIfDue()) {
                save();
                return Outcome.INTERRUPTED;
            }
            samples.writeIfDue(progress.step());
            if (progress.step() >= settings.steps()) {
                return Outcome.FINISHED;
            }
            if (patienceIsOver()) {
                return Outcome.STOPPED_EARLY;
            }
            step();
            folder.keep();
            if (isCheckpointDue()) {
                save();
            }
        }
    }

    private boolean isCheckpointDue() {
        int interval = settings.evaluation().checkpointInterval();
        double minutes = settings.evaluation().checkpointMinutes();
        boolean byStep = interval > 0 && progress.step() % interval == 0;
        boolean byTime =
                minutes > 0 && ranks.any(ranks.isFirst() && writer.secondsSinceSave() >= minutes * SECONDS_PER_MINUTE);
        return byStep || byTime;
    }

    private boolean patienceIsOver() {
        int patience = settings.evaluation().patience();
        return patience > 0 && progress.sinceBest() >= patience;
    }

    private double elapsed() {
        return elapsedBefore + (System.nanoTime() - startNanos) / NANOS;
    }

    /** @return false if interrupted */
    private boolean evaluateIfDue() throws IOException, DivergedException {
        long step = progress.step();
        if (progress.evaluatedStep() == step || !settings.evaluation().isDue(step, settings.steps())) {
            return true;
        }
        double before = elapsed();
        Optional<Evaluator.Losses> found = evaluator.evaluate(stop);
        if (found.isEmpty()) {
            return false;
        }
        Evaluator.Losses losses = found.get();
        checkParameters(step);
        if (!losses.areFinite()) {
            throw diverged(
                    "evaluation after step " + step,
                    step,
                    step,
                    "training loss " + losses.training() + ", validation loss " + losses.validation());
        }
        progress = progress.evaluated(losses.validation(), elapsed());
        writer.log(Metric.eval(step, losses.training(), losses.validation(), elapsed()));
        boolean best = progress.bestStep() == step;
        if (best) {
            writer.saveBest(progress);
        } else {
            save();
        }
        writer.plot();
        estimate.evaluationTook(elapsed() - before);
        display.line(EvaluationLine.of(
                step,
                settings.steps(),
                losses.training(),
                losses.validation(),
                elapsed(),
                estimate.remaining(step),
                best));
        return true;
    }

    private void checkParameters(long step) {
        if (ranks.size() > 1) {
            session.weights().toHost();
            new Agreement(ranks).onParameters(session.weights().flat().slice(), step);
        }
    }

    private void save() throws IOException {
        progress = progress.at(progress.step(), elapsed());
        writer.saveLast(progress);
    }

    private void step() throws DivergedException {
        long step = progress.step();
        long before = System.nanoTime();
        fillBatches(step);
        float loss = session.gradients(tokens, targets, step, settings.seed());
        float norm = session.gradientNorm();
        if (!Float.isFinite(loss) || !Float.isFinite(norm)) {
            throw diverged("step " + (step + 1), step + 1, step, "loss " + loss + ", gradient norm " + norm);
        }
        float rate = learningRate.at(step);
        session.update(settings.optimizer().at(rate), step + 1);
        double seconds = (System.nanoTime() - before) / NANOS;

        estimate.stepTook(seconds);
        progress = progress.at(step + 1, elapsed());
        double tokensPerSecond = settings.batches().tokensPerStep() / seconds;
        if ((step + 1) % settings.evaluation().logInterval() == 0) {
            writer.log(Metric.step(step + 1, loss, rate, norm, seconds * 1000, tokensPerSecond, elapsed()));
        }
        display.step(step + 1, loss, tokensPerSecond);
    }

    private void fillBatches(long step) {
        for (int micro = 0; micro < tokens.length; micro++) {
            batches.fill(step, session.microSteps().number(micro), tokens[micro], targets[micro]);
        }
    }

    private DivergedException diverged(String when, long number, long step, String what) {
        folder.keep();
        writer.flush();
        fillBatches(step);
        String where = firstOf(session.diagnose(tokens, targets, step, settings.seed())
                .map(place -> "first in " + place)
                .orElse(""));
        return new DivergedException(
                number,
                when + " is not finite (" + what + "), " + where + "; " + Remains.of(folder.path()) + ". "
                        + DivergedException.ADVICE);
    }

    /** What the first rank says that has something to say. */
    private String firstOf(String mine) {
        double[] lengths = ranks.gather(mine.length());
        for (int rank = 0; rank < lengths.length; rank++) {
            if (lengths[rank] > 0) {
                return (ranks.size() > 1 ? "on rank " + rank + " " : "") + ranks.share(mine, rank);
            }
        }
        return "not found again when the step's batch was run once more";
    }
}
