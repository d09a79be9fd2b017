package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.plot.LossPlot;
import org.tornadogpt.trainer.ranks.Ranks;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;

/** The loop among things that fail: what may be lost, what must not be, and what is said. */
class TrainerTest {
    private static final String TEXT = "to be or not to be that is the question ".repeat(10);
    private static final CharTokenizer TOKENIZER = CharTokenizer.of(TEXT);

    @TempDir
    private Path folder;

    private final KernelChoices kernels = KernelChoices.defaults(new SequentialDevice());
    private final List<String> warnings = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    private final ProgressDisplay display = new ProgressDisplay() {
        @Override
        public void line(String text) {
            lines.add(text);
        }

        @Override
        public void warning(String text) {
            warnings.add(text);
        }

        @Override
        public void step(long step, double loss, double tokensPerSecond) {
            onStep.accept(step);
        }
    };

    /** What else happens after a step. */
    @FunctionalInterface
    private interface Happening {
        void accept(long step);
    }

    private Happening onStep = step -> {};

    private static TrainSettings settings(String... pairs) {
        Values values = new Values();
        for (String pair : List.of(
                "preset=bigram",
                "block=8",
                "batch=2",
                "steps=30",
                "evalInterval=10",
                "evalBatches=1",
                "logInterval=1",
                "checkpointMinutes=0")) {
            values.setPair(pair);
        }
        for (String pair : pairs) {
            values.setPair(pair);
        }
        return TrainSettings.of(values);
    }

    private Trainer.Outcome train(Plotter plotter, String... pairs) throws IOException, DivergedException {
        TrainSettings settings = settings(pairs);
        try (RunFolder run = RunFolder.create(folder.resolve("run"));
                TrainingSession session = new TrainingSession(
                        settings.model()
                                .withVocabulary(TOKENIZER.vocabularySize())
                                .model(),
                        kernels,
                        2,
                        1)) {
            session.initialise(1);
            run.writeConfig(new ConfigFile.Content(settings.values(), Map.of()));
            Split split = Split.of(TOKENIZER.encode(TEXT), 0.1);
            return new Trainer(
                            settings,
                            session,
                            split,
                            TOKENIZER,
                            run,
                            Progress.start(),
                            false,
                            display,
                            plotter,
                            () -> false,
                            Ranks.alone())
                    .run();
        }
    }

    private Path run(String name) {
        return folder.resolve("run").resolve(name);
    }

    static List<Throwable> whatPlottingCanThrow() {
        return List.of(
                new IOException("No space left on device"),
                new RuntimeException("Fontconfig head is null, check your fonts or fonts configuration"),
                new NoClassDefFoundError("Could not initialize class sun.font.SunFontManager"),
                new UnsatisfiedLinkError("libfreetype.so.6: cannot open shared object file"),
                new InternalError("no graphics"));
    }

    @ParameterizedTest
    @MethodSource("whatPlottingCanThrow")
    void aPlotThatFailsIsToldOnceAndTheTrainingGoesOn(Throwable failure) throws IOException, DivergedException {
        Plotter failing = (title, caption, metrics, file) -> {
            TrainerTest.<RuntimeException>sneak(failure);
            return Optional.empty();
        };
        assertThat(train(failing)).isEqualTo(Trainer.Outcome.FINISHED);
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst()).contains("loss.png", failure.getMessage(), "the training goes on");
        assertThat(lines).hasSize(4);
        assertThat(Checkpoint.open(run("last")).state().step()).isEqualTo(30);
    }

    @SuppressWarnings("unchecked") // any throwable as if it were unchecked
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    @Test
    void whatAPlotLacksIsToldOnce() throws IOException, DivergedException {
        train((title, caption, metrics, file) -> Optional.of("it has no letters"));
        assertThat(warnings).containsExactly(run("loss.png") + ": it has no letters; the training goes on");
    }

    @Test
    void metricsThatCannotBeWrittenAreToldOnceAndTheTrainingGoesOn() throws IOException, DivergedException {
        onStep = step -> {
            if (step == 15) {
                replaceByFolder(run("metrics.jsonl"));
            }
        };
        assertThat(train(LossPlot::write)).isEqualTo(Trainer.Outcome.FINISHED);
        assertThat(warnings).hasSizeBetween(1, 2).allMatch(w -> w.endsWith("the training goes on"));
        assertThat(warnings.getFirst()).contains("metrics.jsonl");
        assertThat(Checkpoint.open(run("last")).state().step()).isEqualTo(30);
    }

    private static void replaceByFolder(Path file) {
        try {
            Files.delete(file);
            Files.createDirectory(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFolderThatIsTakenAwayIsMadeAnewAndCanBeResumed() throws IOException, DivergedException {
        onStep = step -> {
            if (step == 15) {
                move(folder.resolve("run"), folder.resolve("elsewhere"));
            }
        };
        assertThat(train(LossPlot::write)).isEqualTo(Trainer.Outcome.FINISHED);
        assertThat(warnings).hasSize(1).first().asString().contains("was taken away and is made anew");
        assertThat(RunFolder.readConfig(folder.resolve("run")).values().get("steps"))
                .contains("30");
        assertThat(Checkpoint.open(run("last")).state().step()).isEqualTo(30);
        assertThat(MetricsFile.read(run("metrics.jsonl")))
                .extracting(Metric::step)
                .contains(20L, 30L);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCheckpointThatCannotBeWrittenEndsTheRunAndTheMessageSaysWhatIsLeft() {
        onStep = step -> {
            if (step == 15) { // a later save cannot replace what is no checkpoint
                move(run("last/state.json"), run("last/notes.txt"));
            }
        };
        assertThatThrownBy(() -> train(LossPlot::write))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(
                        "step 20 cannot be saved in .*run: .*last exists and is not a checkpoint.*; .*best is whole"
                                + " \\(step \\d+\\): go on with tgpt train --resume --run .*run --from best");
    }

    @Test
    void timeAloneMakesCheckpoints() throws IOException, DivergedException {
        Set<Long> saved = new TreeSet<>();
        onStep = step -> {
            if (step > 1) {
                saved.add(stepOf(run("last")));
            }
        };
        train(LossPlot::write, "evalInterval=1000", "checkpointMinutes=1e-9");
        assertThat(saved).hasSizeGreaterThan(20);
        saved.clear();
        Files.move(folder.resolve("run"), folder.resolve("first"));
        train(LossPlot::write, "evalInterval=1000", "checkpointMinutes=5");
        assertThat(saved).containsExactly(0L);
    }

    private static long stepOf(Path checkpoint) {
        try {
            return Checkpoint.open(checkpoint).state().step();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void parametersThatAreNotFiniteNeverReplaceACheckpoint() throws IOException {
        assertThatThrownBy(
                        () -> train(LossPlot::write, "learningRate=3e38", "weightDecay=3e38", "checkpointInterval=1"))
                .isInstanceOf(DivergedException.class)
                .hasMessageMatching("step 1 is not saved: tensor table.weight holds (NaN|-?Infinity); .*last is whole"
                        + " \\(step 0\\)\\. A lower learningRate.*");
        assertThat(Checkpoint.open(run("last")).state().step()).isZero();
        assertThat(Checkpoint.open(run("best")).state().step()).isZero();
    }
}
