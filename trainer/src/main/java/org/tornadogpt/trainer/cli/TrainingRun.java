package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.DivergedException;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.Trainer;

/** One {@code tgpt train}: finds everything, trains, tells the user. Cheap checks come first. */
final class TrainingRun {
    private static final String DATA_SUM = "dataSha256";

    private final Io io;

    TrainingRun(Io io) {
        this.io = io;
    }

    /** @param run folder to make, null for one with a name of its own */
    int start(Path run, Values values) throws IOException, DivergedException {
        TrainSettings settings = TrainSettings.of(values);
        Path path = run == null ? RunFolder.unused(settings.preset()) : run;
        RunFolder.checkUnused(path);
        try (Device device = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Texts texts = Texts.read(settings);
            try (RunFolder folder = RunFolder.create(path)) {
                return train(
                        settings.device(), settings.found(texts.corpus().spec(), device), folder, device, texts, false);
            }
        }
    }

    int resume(Path run, Values flags) throws IOException, DivergedException {
        RunFolder.checkRun(run);
        ConfigFile.Content stored = ConfigFile.read(run.resolve("config.yaml"));
        TrainSettings settings = ResumeRules.apply(stored.values(), flags);
        try (Device device = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                RunFolder folder = RunFolder.resume(run)) {
            Texts texts = Texts.read(settings);
            String sum = stored.facts().getOrDefault(DATA_SUM, texts.sha256());
            if (!sum.equals(texts.sha256())) {
                throw new DataException("the text at " + settings.data()
                        + " is not the one this run began with (SHA-256 " + texts.sha256() + ", then " + sum
                        + "): pass that one with --data, or start a new run");
            }
            return train(settings.device(), settings.found(texts.corpus().spec(), device), folder, device, texts, true);
        }
    }

    /** The text in all its forms. */
    private record Texts(Corpus corpus, String sha256, Tokenizer tokenizer, Split split) {
        static Texts read(TrainSettings settings) {
            Corpus corpus = CorpusReader.read(settings.data());
            Tokenizer tokenizer = CharTokenizer.of(corpus.text());
            Split split =
                    Split.of(tokenizer.encode(corpus.text()), settings.batches().validation());
            split.check(settings.batches().block());
            return new Texts(corpus, corpus.sha256(), tokenizer, split);
        }
    }

    private int train(
            String askedDevice, TrainSettings settings, RunFolder folder, Device device, Texts texts, boolean resuming)
            throws IOException, DivergedException {
        LanguageModel model = settings.model()
                .withVocabulary(texts.tokenizer().vocabularySize())
                .model();
        folder.writeConfig(new ConfigFile.Content(settings.values(), facts(settings, device, texts, model)));
        Banner banner = new Banner(io);
        banner.print(settings, folder.path(), DeviceOptions.explain(askedDevice, device), model);
        banner.print(texts.corpus(), texts.split(), texts.tokenizer());
        try (TrainingSession session = session(model, settings, folder, device, resuming)) {
            Progress progress = resuming ? restore(session, folder) : Progress.start();
            if (progress.step() == 0) {
                session.initialise(settings.seed());
            }
            return loop(settings, session, texts, folder, progress, device);
        }
    }

    /** A new run that the device refuses, for want of memory say, leaves no folder behind. */
    private static TrainingSession session(
            LanguageModel model, TrainSettings settings, RunFolder folder, Device device, boolean resuming)
            throws IOException {
        try {
            return new TrainingSession(
                    model,
                    device,
                    settings.kernels(),
                    settings.batches().batch(),
                    settings.batches().microSteps());
        } catch (RuntimeException | OutOfMemoryError e) {
            if (!resuming) {
                folder.discard();
            }
            throw e;
        }
    }

    private Map<String, String> facts(TrainSettings settings, Device device, Texts texts, LanguageModel model) {
        Map<String, String> facts = new TreeMap<>();
        facts.put(DATA_SUM, texts.sha256());
        facts.put("characters", String.valueOf(texts.split().training().tokens().length));
        facts.put("vocabulary", String.valueOf(model.vocabularySize()));
        facts.put("parameters", String.valueOf(model.parameters().size()));
        facts.put("device", device.description());
        facts.put(
                "kernels", new KernelChoices(device, settings.kernels()).names().toString());
        facts.put("program", Version.text());
        facts.put("jvm", Version.jvm());
        return facts;
    }

    private Progress restore(TrainingSession session, RunFolder folder) throws IOException {
        if (!Checkpoint.exists(folder.last())) {
            io.out().println("resuming: no checkpoint was written yet, starting at step 0");
            MetricsFile.truncate(folder.metrics(), 0, false);
            return Progress.start();
        }
        Checkpoint checkpoint = Checkpoint.open(folder.last());
        checkpoint.note().ifPresent(io.out()::println);
        if (!checkpoint.config().equals(session.model().config())) {
            throw new IOException("the checkpoint " + folder.last() + " is of another shape: it holds "
                    + checkpoint.config() + ", the run's config.yaml asks for "
                    + session.model().config());
        }
        checkpoint.restore(session);
        Progress progress = Progress.of(checkpoint.state());
        MetricsFile.truncate(folder.metrics(), progress.step(), progress.evaluatedStep() == progress.step());
        io.out().println("resuming after step " + progress.step());
        return progress;
    }

    private int loop(
            TrainSettings settings,
            TrainingSession session,
            Texts texts,
            RunFolder folder,
            Progress progress,
            Device device)
            throws IOException, DivergedException {
        if (progress.step() > settings.steps()) {
            io.out()
                    .println(
                            "the run has " + progress.step() + " steps behind it, more than steps=" + settings.steps());
        }
        Trainer.Outcome outcome;
        try (TerminalProgress display = new TerminalProgress(io, progress.step(), settings.steps())) {
            Trainer trainer = new Trainer(
                    settings,
                    session,
                    texts.split(),
                    texts.tokenizer(),
                    folder,
                    progress,
                    new ProvenProgress(display, device),
                    io.interrupted());
            outcome = trainer.run();
            progress = trainer.progress();
        }
        if (outcome == Trainer.Outcome.INTERRUPTED) {
            io.out()
                    .println("interrupted, saved after step " + progress.step()
                            + "; go on with: tgpt train --resume --run " + folder.path());
            return ExitCode.INTERRUPTED;
        }
        if (outcome == Trainer.Outcome.STOPPED_EARLY) {
            io.out()
                    .println("stopped early: no better validation loss in "
                            + settings.evaluation().patience() + " evaluations");
        }
        new RunSummary(io).print(settings, session.model(), texts.split(), folder, device);
        return ExitCode.OK;
    }
}
