package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.settings.Numbers;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.RunReport;

/** What is said after the last step. */
final class RunSummary {
    private final Io io;

    RunSummary(Io io) {
        this.io = io;
    }

    void print(TrainSettings settings, LanguageModel model, Split split, RunFolder folder, Device device)
            throws IOException {
        List<Metric> evaluations = MetricsFile.read(folder.metrics()).stream()
                .filter(Metric::isEvaluation)
                .toList();
        io.out().println();
        RunReport.of(
                        evaluations,
                        split,
                        model.parameters().size(),
                        settings.batches().tokensPerStep())
                .forEach(io::say);
        io.say("everything is in " + folder.path() + " (loss.png, metrics.jsonl, config.yaml, best/, last/)");
        sample(settings, RunFolder.forUse(folder.path()), device);
        io.out().println("more text: tgpt generate --run " + folder.path());
    }

    private void sample(TrainSettings settings, Path from, Device device) throws IOException {
        SampleSettings sample = settings.sample();
        if (sample.sampleLength() == 0) {
            return;
        }
        Checkpoint checkpoint = Checkpoint.open(from);
        try (InferenceSession session = new InferenceSession(checkpoint.config().model(), device, settings.kernels())) {
            checkpoint.restore(session);
            io.out()
                    .printf(
                            Locale.ROOT,
                            "%nsample of %s (step %d), temperature %s:%n%n",
                            from,
                            checkpoint.state().step(),
                            Numbers.text(sample.sampleTemperature()));
            new TextStream(io, session, checkpoint.tokenizer())
                    .write(
                            sample.samplePrompt(),
                            sample.sampleLength(),
                            new Sampling(sample.sampleTemperature(), 0, 1, settings.seed()));
            io.out().println();
            io.out().println();
        }
    }
}
