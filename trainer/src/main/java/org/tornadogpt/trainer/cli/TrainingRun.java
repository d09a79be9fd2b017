package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.plot.LossPlot;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.DivergedException;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.Remains;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.RunName;
import org.tornadogpt.trainer.train.Trainer;

/** One {@code tgpt train}: finds everything, trains, tells the user. Cheap checks come first. */
final class TrainingRun {
    private static final String AS_BEFORE = "as the run had it";

    private final Io io;
    private final ExportOptions exports;

    TrainingRun(Io io, ExportOptions exports) {
        this.io = io;
        this.exports = exports;
    }

    /** The text in all its forms. */
    record Texts(Corpus corpus, String sha256, Tokenizer tokenizer, Split split) {
        static Texts read(TrainSettings settings, Io io) {
            try (ReadingProgress progress = new ReadingProgress(io, settings.data())) {
                Corpus corpus = new CorpusReader(settings.text(), progress).read(settings.data());
                return CorpusReader.inMemory(settings.data(), () -> of(corpus, settings));
            }
        }

        private static Texts of(Corpus corpus, TrainSettings settings) {
            Tokenizer tokenizer = CharTokenizer.of(corpus.text());
            Split split =
                    Split.of(tokenizer.encode(corpus.text()), settings.batches().validation());
            split.check(settings.batches().block());
            return new Texts(corpus, corpus.sha256(), tokenizer, split);
        }
    }

    /** @param run folder to make, null for one with a name of its own */
    int start(Path run, Values values) throws IOException, DivergedException {
        TrainSettings settings = TrainSettings.of(values);
        try (RunFolder folder = run == null ? RunFolder.createNamed(RunName.of(settings)) : RunFolder.create(run)) {
            StopNotices notices = new StopNotices(io, folder);
            try (KernelChoices kernels =
                    DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
                RunParts parts = RunParts.of(settings, folder, kernels, Texts.read(settings, io));
                LanguageModel model = parts.model();
                introduce(parts, model, DeviceOptions.explain(settings.device(), kernels.device()));
                settings.remarks(values).forEach(io::say);
                try (TrainingSession session = parts.session(model)) {
                    if (io.interrupted().getAsBoolean()) {
                        io.out().println("interrupted before the first step; nothing is left of the run");
                        return ExitCode.INTERRUPTED;
                    }
                    session.initialise(settings.seed());
                    return train(parts, session, Progress.start(), false, notices);
                }
            }
        }
    }

    /** @param from name of the checkpoint to go on from */
    int resume(Path run, Values flags, String from) throws IOException, DivergedException {
        ConfigFile.Content stored = RunFolder.readConfig(run);
        TrainSettings settings = ResumeRules.apply(stored.values(), flags);
        try (RunFolder folder = RunFolder.resume(run)) {
            StopNotices notices = new StopNotices(io, folder);
            try (KernelChoices kernels =
                    DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
                RunParts parts = RunParts.of(settings, folder, kernels, Texts.read(settings, io));
                checkSameText(settings, parts.texts(), stored);
                LanguageModel model = parts.model();
                introduce(
                        parts,
                        model,
                        flags.get("device").isPresent()
                                ? DeviceOptions.explain(settings.device(), kernels.device())
                                : DeviceOptions.describe(kernels.device(), AS_BEFORE));
                try (TrainingSession session = parts.session(model)) {
                    Restoration restoration = new Restoration(folder, io);
                    Progress progress = restoration.restore(session, from);
                    if (!restoration.found()) {
                        session.initialise(settings.seed());
                    }
                    return train(parts, session, progress, restoration.found(), notices);
                }
            }
        }
    }

    private static void checkSameText(TrainSettings settings, Texts texts, ConfigFile.Content stored) {
        String sum = stored.facts().getOrDefault(RunParts.DATA_SUM, texts.sha256());
        if (!sum.equals(texts.sha256())) {
            throw new DataException("the text at " + settings.data()
                    + " is not the one this run began with (SHA-256 " + texts.sha256() + ", then " + sum
                    + "): pass that one with --data, or start a new run");
        }
    }

    private void introduce(RunParts parts, LanguageModel model, String device) {
        Texts texts = parts.texts();
        Banner banner = new Banner(io);
        banner.print(parts.settings(), parts.folder().path(), device, model);
        banner.print(texts.corpus(), texts.split(), texts.tokenizer());
    }

    /** @param saved whether a checkpoint holds {@code progress} */
    private int train(RunParts parts, TrainingSession session, Progress progress, boolean saved, StopNotices notices)
            throws IOException, DivergedException {
        TrainSettings settings = parts.settings();
        parts.writeConfig(session.model());
        if (progress.step() > settings.steps()) {
            io.out()
                    .println(
                            "the run has " + progress.step() + " steps behind it, more than steps=" + settings.steps());
        }
        settings.schedule().afterDecay(progress.step(), settings.steps()).ifPresent(io::say);
        Trainer trainer;
        Trainer.Outcome outcome;
        try (TerminalProgress display = new TerminalProgress(io, progress.step(), settings.steps())) {
            trainer = new Trainer(
                    settings,
                    session,
                    parts.texts().split(),
                    parts.texts().tokenizer(),
                    parts.folder(),
                    progress,
                    saved,
                    new ProvenProgress(display, parts.kernels().device()),
                    exports.beside(LossPlot::write),
                    io.interrupted());
            notices.training(trainer, display);
            outcome = trainer.run();
            notices.done();
        }
        return end(parts, session.model(), outcome, trainer.progress());
    }

    private int end(RunParts parts, LanguageModel model, Trainer.Outcome outcome, Progress progress)
            throws IOException {
        if (outcome == Trainer.Outcome.INTERRUPTED) {
            io.out()
                    .println("interrupted, saved after step " + progress.step() + "; go on with: "
                            + Remains.resume(parts.folder().path()));
            return ExitCode.INTERRUPTED;
        }
        if (outcome == Trainer.Outcome.STOPPED_EARLY) {
            io.out()
                    .println("stopped early: no better validation loss in "
                            + parts.settings().evaluation().patience() + " evaluations");
        }
        new RunSummary(io).print(parts.settings(), model, parts.texts().split(), parts.folder(), parts.kernels());
        return ExitCode.OK;
    }
}
