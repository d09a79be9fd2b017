package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.plot.LossPlot;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.DivergedException;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.RunName;
import org.tornadogpt.trainer.train.Trainer;

/** One {@code tgpt train}: finds everything, trains, tells the user. Cheap checks come first. */
final class TrainingRun {
    private static final String AS_BEFORE = "as the run had it";

    private final Io io;
    private final RanksUse ranks;
    private final ExportOptions exports;
    private final LiveWriting live;

    TrainingRun(Io io, Exchange exchange, ExportOptions exports, LiveWriting live) {
        this.io = io;
        this.exports = exports;
        this.live = live;
        ranks = new RanksUse(io.ranks(), exchange);
    }

    /**
     * @param run folder to make, null for one with a name of its own
     * @param from the model to begin with, null for none
     */
    int start(Path run, Values values, String from) throws IOException, DivergedException {
        if (from == null) {
            return start(run, values, (StartingPoint) null);
        }
        try (StartingPoint start = StartingPoint.open(from)) {
            return start(run, start.settings(values), start);
        }
    }

    private int start(Path run, Values values, StartingPoint from) throws IOException, DivergedException {
        TrainSettings settings = TrainSettings.of(ranks.complete(values));
        if (settings.adapters() != null && from == null) {
            throw new UsageException("--lora needs --from, the model that the adapters are for");
        }
        settings.checkOptimizer();
        ranks.check(settings);
        try (RunFolder folder = create(run, settings)) {
            StopNotices notices = new StopNotices(io, folder);
            try (KernelChoices kernels = open(settings)) {
                Tokenizer inherited = from == null ? null : from.inherited(values);
                RunParts parts =
                        RunParts.of(settings, folder, kernels, Texts.read(settings, folder, inherited, io), ranks);
                ranks.agree(parts);
                LanguageModel model = parts.model();
                introduce(parts, model, DeviceOptions.explain(settings.device(), kernels.device()));
                settings.remarks(values).forEach(io::say);
                try (TrainingSession session = parts.session(model)) {
                    io.say(RunMemory.of(session, parts.texts()).toString());
                    if (io.ranks().any(io.interrupted().getAsBoolean())) {
                        io.out().println("interrupted before the first step; nothing is left of the run");
                        return ExitCode.INTERRUPTED;
                    }
                    session.initialise(settings.seed());
                    if (from != null) {
                        io.say(from.load(session.weights(), parts.texts().tokenizer()));
                        session.beginAverage();
                    }
                    if (session.adapters() != null) {
                        session.beginAdapters(settings.seed());
                        new AdapterBase(folder, io.ranks())
                                .save(session, parts.texts().tokenizer());
                        io.say(trained(session));
                    }
                    return train(parts, session, Progress.start(), false, notices);
                }
            }
        }
    }

    private KernelChoices open(TrainSettings settings) {
        return DeviceOptions.open(ranks.device(settings), ranks.threads(settings), settings.kernels());
    }

    /** Rank 0 makes the folder. */
    private RunFolder create(Path run, TrainSettings settings) throws IOException {
        if (!io.ranks().isFirst()) {
            return RunFolder.ofAnother(Path.of(io.ranks().share("", 0)));
        }
        RunFolder folder = run == null ? RunFolder.createNamed(RunName.of(settings)) : RunFolder.create(run);
        io.ranks().share(folder.path().toString(), 0);
        return folder;
    }

    private static String trained(TrainingSession session) {
        long adapters = session.adapters().layout().size();
        long all = session.model().parameters().size();
        return String.format(
                Locale.ROOT,
                "%,d parameters of adapters train (%.2f%% of %,d), the model's own stay as they are",
                adapters,
                100.0 * adapters / all,
                all);
    }

    /** @param from name of the checkpoint to go on from */
    int resume(Path run, Values flags, String from) throws IOException, DivergedException {
        ConfigFile.Content stored = RunFolder.readConfig(run);
        TrainSettings settings = ResumeRules.apply(stored.values(), flags);
        ranks.check(settings);
        try (RunFolder folder = io.ranks().isFirst() ? RunFolder.resume(run) : RunFolder.ofAnother(run)) {
            StopNotices notices = new StopNotices(io, folder);
            try (KernelChoices kernels = open(settings)) {
                RunParts parts = RunParts.of(settings, folder, kernels, Texts.read(settings, folder, null, io), ranks);
                ranks.agree(parts);
                checkSameText(settings, parts.texts(), stored);
                LanguageModel model = parts.model();
                introduce(
                        parts,
                        model,
                        flags.get("device").isPresent()
                                ? DeviceOptions.explain(settings.device(), kernels.device())
                                : DeviceOptions.describe(kernels.device(), AS_BEFORE));
                try (TrainingSession session = parts.session(model)) {
                    io.say(RunMemory.of(session, parts.texts()).toString());
                    if (session.adapters() != null) {
                        new AdapterBase(folder, io.ranks()).load(session);
                        session.beginAdapters(settings.seed());
                    }
                    Restoration restoration = new Restoration(folder, io);
                    Progress progress = restoration.restore(session, from);
                    if (!restoration.found() && session.adapters() == null) {
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
        ranks.describe().ifPresent(text -> banner.line("ranks", text));
        banner.print(texts);
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
                    exports.beside(LossPlot::write, observer(parts, session)),
                    io.interrupted(),
                    io.ranks());
            notices.training(trainer, display);
            outcome = trainer.run();
            notices.done(outcome);
        }
        if (outcome == Trainer.Outcome.INTERRUPTED) {
            notices.interrupted();
            return ExitCode.INTERRUPTED;
        }
        return end(parts, session.model(), outcome);
    }

    private static ModelObserver observer(RunParts parts, TrainingSession session) {
        return new ModelObserver(
                parts.settings(),
                session.averages(),
                parts.kernels(),
                parts.texts().tokenizer());
    }

    private int end(RunParts parts, LanguageModel model, Trainer.Outcome outcome) throws IOException {
        if (!io.ranks().isFirst()) {
            return ExitCode.OK;
        }
        if (outcome == Trainer.Outcome.STOPPED_EARLY) {
            io.out()
                    .println("stopped early: no better validation loss in "
                            + parts.settings().evaluation().patience() + " evaluations");
        }
        new RunSummary(io).print(parts.settings(), model, parts.texts().split(), parts.folder(), parts.kernels());
        live.write(io, parts);
        return ExitCode.OK;
    }
}
