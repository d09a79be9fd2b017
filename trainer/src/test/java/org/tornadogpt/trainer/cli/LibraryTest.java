package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.TornadoGpt;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.model.training.TrainingPlan;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

/** The library's face trains as the command line does. */
class LibraryTest {
    private static final int STEPS = 12;

    @TempDir
    private Path folder;

    @Test
    void lossesAreThoseOfTheCommandBitForBit() throws IOException {
        Path file = TinyRun.text(folder);
        Path run = folder.resolve("run");
        Tgpt trained = Tgpt.run(
                "train",
                "--preset",
                "quote",
                "--data",
                file.toString(),
                "--run",
                run.toString(),
                "--device",
                "cpu",
                "--steps",
                String.valueOf(STEPS),
                "--seed",
                "5",
                "--set",
                "layers=1",
                "--set",
                "batch=16",
                "--set",
                "block=8",
                "--set",
                "learningRate=3e-4",
                "--set",
                "evalInterval=6",
                "--set",
                "evalBatches=1",
                "--set",
                "sampleLength=0",
                "--set",
                "dropout=0.1");
        assertThat(trained.code()).as(trained.toString()).isZero();
        ObjectMapper mapper = new ObjectMapper();
        List<Float> expected = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            Metric metric = mapper.readValue(line, Metric.class);
            if (!metric.isEvaluation()) {
                expected.add(metric.trainLoss().floatValue());
            }
        }
        assertThat(expected).hasSize(STEPS);

        String text = Files.readString(file);
        GptConfig quote = (GptConfig) Presets.find("quote");
        GptConfig config = GptConfig.builder(1, 8, quote.channels(), quote.heads(), 1)
                .headBias(true)
                .dropout(0.1f)
                .build();
        List<Float> losses = new ArrayList<>();
        try (TornadoGpt gpt = TornadoGpt.on("cpu").seed(5).create(config, CharTokenizer.of(text))) {
            gpt.train(text, TrainingPlan.ofSteps(STEPS).withListener((step, loss) -> losses.add(loss)));
        }
        assertThat(losses).isEqualTo(expected);
    }

    @Test
    void usualValuesAreTheCommandsOwn() {
        Values given = new Values();
        given.set("preset", "kernel-cpu");
        TrainSettings settings = TrainSettings.of(given);
        TrainingPlan plan = TrainingPlan.ofSteps(settings.steps());
        assertThat(plan.learningRate().at(1))
                .isEqualTo(settings.schedule().rate().at(1));
        assertThat(plan.optimizer().withLearningRate(1))
                .isEqualTo(settings.optimizer().at(1));
        assertThat(plan.batch()).isEqualTo(settings.batches().batch());
        assertThat(plan.microSteps()).isEqualTo(settings.batches().microSteps());
    }
}
