package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;

class LiveCheckpointTest {
    private static final CharTokenizer TOKENIZER = CharTokenizer.of("abcdefg");
    private static final GptConfig CONFIG = GptConfig.builder(7, 5, 6, 3, 2).build();
    private static final int READS = 150;

    @TempDir
    private Path runs;

    private final KernelChoices kernels = KernelChoices.defaults(new SequentialDevice());

    /** Saves one checkpoint after the other, each with parameters that are all its step, until told to stop. */
    private Thread saver(Path folder, AtomicBoolean stop, AtomicReference<Throwable> failure) {
        TrainingSession session = new TrainingSession(CONFIG.model(), kernels, 2, 1);
        return Thread.ofPlatform().start(() -> {
            try {
                for (int step = 1; !stop.get(); step++) {
                    save(folder, session, step);
                }
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        });
    }

    private static void save(Path folder, TrainingSession session, int step) throws IOException {
        for (int i = 0; i < session.weights().flat().size(); i++) {
            session.weights().flat().slice().set(i, step);
        }
        Checkpoint.save(folder, TOKENIZER, session, new TrainingState(step, step, 1, 1, null));
    }

    @Test
    void besideAProcessThatSavesAllTheTimeEveryReadGivesOneWholeCheckpoint() throws Exception {
        Path folder = runs.resolve("last");
        save(folder, new TrainingSession(CONFIG.model(), kernels, 2, 1), 0);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread saver = saver(folder, stop, failure);
        long replaced = 0;
        Weights weights = new Weights(CONFIG.model(), kernels.device());
        try {
            for (int i = 0; i < READS; i++) {
                assertThat(Checkpoint.exists(folder)).isTrue();
                LiveCheckpoint live = LiveCheckpoint.open(folder);
                Checkpoint opened = live.checkpoint();
                assertThat(opened.note()).isEmpty();
                Thread.sleep(i % 3);
                live.restore(weights);
                replaced += live.checkpoint() == opened ? 0 : 1;
                float step = live.checkpoint().state().step();
                assertThat(weights.flat().slice().toArray()).containsOnly(step);
            }
        } finally {
            stop.set(true);
            saver.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(replaced)
                .as("reads during which the checkpoint was replaced")
                .isPositive();
    }

    @Test
    void whatIsDamagedOrMissingIsSaidAtOnce() throws IOException {
        Path folder = runs.resolve("last");
        long start = System.nanoTime();
        assertThatThrownBy(() -> LiveCheckpoint.open(folder)).hasMessage("no checkpoint at " + folder);
        save(folder, new TrainingSession(CONFIG.model(), kernels, 2, 1), 3);
        Files.delete(folder.resolve(Checkpoint.CONFIG));
        assertThatThrownBy(() -> LiveCheckpoint.open(folder)).hasMessageContaining("config.json is missing");
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(5);
    }

    @Test
    void whatAKilledSaveLeftIsFound() throws IOException {
        Path folder = runs.resolve("last");
        save(folder, new TrainingSession(CONFIG.model(), kernels, 2, 1), 3);
        Files.move(folder, runs.resolve("last.new"));
        LiveCheckpoint live = LiveCheckpoint.open(folder);
        assertThat(live.checkpoint().note().orElseThrow()).contains("last.new");
        Weights weights = new Weights(CONFIG.model(), kernels.device());
        live.restore(weights);
        assertThat(weights.flat().slice().toArray()).containsOnly(3f);
    }

    @Test
    void anotherModelInItsPlaceIsRefused() throws IOException {
        Path folder = runs.resolve("last");
        save(folder, new TrainingSession(CONFIG.model(), kernels, 2, 1), 3);
        LiveCheckpoint live = LiveCheckpoint.open(folder);
        GptConfig other = GptConfig.builder(7, 5, 12, 3, 2).build();
        save(folder, new TrainingSession(other.model(), kernels, 2, 1), 4);
        Weights weights = new Weights(CONFIG.model(), kernels.device());
        assertThatThrownBy(() -> live.restore(weights)).hasMessageContaining("another shape");
    }
}
