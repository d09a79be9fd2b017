package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.Evaluator;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt eval}. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Measures a trained model: loss, perplexity and bits per character.",
            "Without --data on the run's own text, split as in training; the batches are those of the run's evaluations."
        })
final class EvalCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(
            names = "--data",
            paramLabel = "WHAT",
            description = "Another text, taken as a whole; see 'tgpt data list'.")
    private String data;

    @Option(names = "--batches", paramLabel = "N", description = "Batches averaged [the run's evalBatches].")
    private String count;

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    EvalCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        LiveCheckpoint live = model.open(io, "eval");
        Checkpoint checkpoint = live.checkpoint();
        if (model.run() == null && data == null) {
            throw new UsageException("--checkpoint needs --data: only a run knows its text");
        }
        TrainSettings settings = settings(checkpoint);
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                TrainingSession session = Sessions.training(
                        checkpoint.config().model(), kernels, settings.batches().batch(), 1)) {
            Split split = split(checkpoint, settings);
            live.restore(session);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            Evaluator evaluator = new Evaluator(
                    session,
                    split,
                    settings.batches().block(),
                    settings.seed(),
                    settings.evaluation().evalBatches());
            Optional<Evaluator.Losses> losses = evaluator.evaluate(io.interrupted());
            if (losses.isEmpty()) {
                return ExitCode.INTERRUPTED;
            }
            print(split, losses.get());
        }
        return ExitCode.OK;
    }

    private TrainSettings settings(Checkpoint checkpoint) throws IOException {
        Values values = new Values();
        if (model.run() != null) {
            values.putAll(RunFolder.readConfig(model.run()).values());
        } else {
            values.set("block", String.valueOf(checkpoint.config().blockSize()));
        }
        if (data != null) {
            values.set("data", data);
            values.set("validation", "0");
        }
        if (count != null) {
            values.set("evalBatches", count);
        }
        options.addTo(values);
        return TrainSettings.of(values);
    }

    private static Split split(Checkpoint checkpoint, TrainSettings settings) {
        Corpus corpus = CorpusReader.read(settings.data());
        try {
            return Split.of(
                    checkpoint.tokenizer().encode(corpus.text()),
                    settings.batches().validation());
        } catch (IllegalArgumentException e) {
            throw new DataException("the model cannot read " + corpus.spec() + ": " + e.getMessage(), e);
        }
    }

    private void print(Split split, Evaluator.Losses losses) {
        io.out().printf("%-12s %10s %12s %16s%n", "part", "loss", "perplexity", "bits/character");
        if (split.holdsOut()) {
            row("training", losses.training());
            row("validation", losses.validation());
        } else {
            row("whole text", losses.validation());
        }
    }

    private void row(String part, double loss) {
        io.out().printf(Locale.ROOT, "%-12s %10.4f %12.4f %16.4f%n", part, loss, Math.exp(loss), loss / Math.log(2));
    }
}
