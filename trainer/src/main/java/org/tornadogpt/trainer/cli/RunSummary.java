package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.text.TextAssembler;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.settings.Numbers;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.train.Reasons;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.RunReport;

/** What is said after the last step. */
final class RunSummary {
    private final Io io;

    RunSummary(Io io) {
        this.io = io;
    }

    void print(TrainSettings settings, LanguageModel model, Split split, RunFolder folder, KernelChoices kernels)
            throws IOException {
        io.out().println();
        try {
            List<Metric> evaluations = MetricsFile.read(folder.metrics()).stream()
                    .filter(Metric::isEvaluation)
                    .toList();
            RunReport.of(
                            evaluations,
                            split,
                            model.parameters().size(),
                            settings.batches().tokensPerStep())
                    .forEach(io::say);
        } catch (IOException e) {
            io.say("no summary: " + Reasons.of(e));
        }
        io.say("everything is in " + folder.path() + " (" + contents(folder.path()) + ")");
        sample(settings, RunFolder.forUse(folder.path()), kernels);
        io.out().println("more text: tgpt generate --run " + folder.path());
    }

    private static String contents(Path run) {
        return Stream.of("loss.png", "metrics.jsonl", "samples.jsonl", "config.yaml", "best/", "last/")
                .filter(name -> Files.exists(run.resolve(name)))
                .collect(Collectors.joining(", "));
    }

    private void sample(TrainSettings settings, Path from, KernelChoices kernels) throws IOException {
        SampleSettings sample = settings.sample();
        if (sample.sampleLength() == 0) {
            return;
        }
        Checkpoint checkpoint = Checkpoint.open(from);
        try (InferenceSession session = new InferenceSession(checkpoint.config().model(), kernels)) {
            checkpoint.restore(session.weights());
            io.out()
                    .printf(
                            Locale.ROOT,
                            "%nsample of %s (step %d), temperature %s:%n%n",
                            from,
                            checkpoint.state().step(),
                            Numbers.text(sample.sampleTemperature()));
            new TextStream(io, session, checkpoint.tokenizer())
                    .write(
                            new TextAssembler(checkpoint.tokenizer(), List.of()),
                            sample.prompt(),
                            sample.sampleLength(),
                            new Sampling(sample.sampleTemperature(), 0, 1, settings.seed()));
            io.out().println();
            io.out().println();
        }
    }
}
