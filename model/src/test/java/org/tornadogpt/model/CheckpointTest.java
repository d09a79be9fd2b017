package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.ParameterLayout;

class CheckpointTest {
    private static final CharTokenizer TOKENIZER = CharTokenizer.of("abcdefg");
    private static final GptConfig CONFIG =
            GptConfig.builder(7, 5, 6, 3, 2).tiedHead(true).build();
    private static final List<String> FILES =
            List.of(Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER, Checkpoint.OPTIMIZER, Checkpoint.STATE);

    private final Device device = new SequentialDevice();

    @TempDir
    Path runs;

    private Path folder;

    @BeforeEach
    void name() {
        folder = runs.resolve("last");
    }

    @AfterEach
    void close() {
        device.close();
    }

    /** A session whose parameters and moments are all different. */
    private TrainingSession session(GptConfig config, long seed) {
        TrainingSession session = new TrainingSession(config.model(), KernelChoices.defaults(device), 2, 1);
        ParameterLayout layout = config.model().parameters();
        session.weights().flat().slice().copyFrom(Numbers.livelyParameters(layout, seed));
        session.firstMoment().slice().copyFrom(Numbers.livelyParameters(layout, seed + 1));
        session.secondMoment().slice().copyFrom(Numbers.livelyParameters(layout, seed + 2));
        return session;
    }

    private static TrainingState state(long step) {
        ObjectNode extra = Json.MAPPER.createObjectNode().put("patience", 3);
        extra.putObject("data").put("name", "x").put("share", 0.1);
        return new TrainingState(step, -5, 0.1 + 0.2, 17, extra);
    }

    private static List<float[]> values(TrainingSession session) {
        return List.of(
                Numbers.values(session.weights().flat()),
                Numbers.values(session.firstMoment()),
                Numbers.values(session.secondMoment()));
    }

    private static void assertSame(TrainingSession actual, List<float[]> expected) {
        List<float[]> values = values(actual);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(values.get(i)).isEqualTo(expected.get(i));
        }
    }

    @Test
    void whatIsSavedIsRestored() throws IOException {
        TrainingSession saved = session(CONFIG, 1);
        Checkpoint.save(folder, TOKENIZER, saved, state(12));
        assertThat(names(folder)).containsExactlyInAnyOrderElementsOf(FILES);
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.config()).isEqualTo(CONFIG);
        assertThat(checkpoint.tokenizer().encode("gab")).isEqualTo(TOKENIZER.encode("gab"));
        assertThat(checkpoint.state()).isEqualTo(state(12));
        assertThat(checkpoint.note()).isEmpty();
        assertThat(checkpoint.hasOptimizer()).isTrue();
        TrainingSession restored = session(CONFIG, 50);
        checkpoint.restore(restored);
        assertSame(restored, values(saved));
        Weights alone = new Weights(CONFIG.model(), device);
        checkpoint.restore(alone);
        assertThat(Numbers.values(alone.flat()))
                .isEqualTo(Numbers.values(saved.weights().flat()));
    }

    @Test
    void matricesAreRoundedOnTheWayIntoBf16Weights() throws IOException {
        TrainingSession saved = session(CONFIG, 1);
        Checkpoint.save(folder, TOKENIZER, saved, state(12));
        Weights halves = new Weights(CONFIG.model(), device, DType.BF16);
        Checkpoint.open(folder).restore(halves);
        for (ParameterLayout.Parameter p : CONFIG.model().parameters().all()) {
            float[] expected = Numbers.values(saved.weights().parameters().get(p.name()));
            for (int i = 0; i < expected.length; i++) {
                expected[i] = p.shape().size() == 2 ? DType.BF16.rounded(expected[i]) : expected[i];
            }
            assertThat(Numbers.values(halves.parameters().get(p.name())))
                    .as(p.name())
                    .isEqualTo(expected);
        }
        assertThatThrownBy(() -> Checkpoint.save(folder, TOKENIZER, halves, state(13)))
                .hasMessageContaining("saving need them as f32");
        assertThat(Checkpoint.open(folder).state()).isEqualTo(state(12));
    }

    @Test
    void aCopyIsWholeAndReplacesWhatWasThere() throws IOException {
        Path copy = runs.resolve("best");
        TrainingSession saved = session(CONFIG, 1);
        Checkpoint.save(folder, TOKENIZER, saved, state(12));
        Checkpoint.save(copy, TOKENIZER, session(CONFIG, 9), state(4));
        Checkpoint.copy(folder, copy);
        TrainingSession restored = session(CONFIG, 7);
        Checkpoint checkpoint = Checkpoint.open(copy);
        checkpoint.restore(restored);
        assertSame(restored, values(saved));
        assertThat(checkpoint.state()).isEqualTo(state(12));
        assertThat(names(copy)).containsExactlyInAnyOrderElementsOf(FILES);
    }

    @Test
    void aRunThatHasNotBegunCanBeSaved() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), TrainingState.start(42));
        assertThat(Checkpoint.open(folder).state()).isEqualTo(TrainingState.start(42));
    }

    @Test
    void trainingGoesOnBitForBit() throws IOException {
        PhiloxStream random = new PhiloxStream(1, 3);
        List<int[][]> batches = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            batches.add(new int[][] {Numbers.tokens(random, 10, 7)});
        }
        GptConfig config = CONFIG.withDropout(0.2f);
        TrainingSession straight = new TrainingSession(config.model(), KernelChoices.defaults(device), 2, 1);
        straight.initialise(1);
        train(straight, batches, 0, 3);
        Checkpoint.save(folder, TOKENIZER, straight, state(3));
        train(straight, batches, 3, 6);
        TrainingSession resumed = new TrainingSession(config.model(), KernelChoices.defaults(device), 2, 1);
        Checkpoint.open(folder).restore(resumed);
        train(resumed, batches, 3, 6);
        assertSame(resumed, values(straight));
    }

    private static void train(TrainingSession session, List<int[][]> batches, int from, int to) {
        for (int step = from; step < to; step++) {
            session.gradients(batches.get(step), batches.get(step), step, 9);
            session.update(new AdamWSettings(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 1f), step + 1L);
        }
    }

    @Test
    void aModelAloneCanBeSavedButNotTrainedOn() throws IOException {
        Weights weights = new Weights(CONFIG.model(), device);
        weights.initialise(3);
        Checkpoint.save(folder, TOKENIZER, weights, state(3));
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.hasOptimizer()).isFalse();
        assertThatThrownBy(() -> checkpoint.restore(session(CONFIG, 1)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("training cannot go on");
    }

    @Test
    void anotherShapeIsNamedAndChangesNothing() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        Checkpoint checkpoint = Checkpoint.open(folder);
        Map<GptConfig, String> others = Map.of(
                CONFIG.withVocabulary(8), "wte.weight has shape [7, 6], the model needs [8, 6]",
                CONFIG.toBuilder().tiedHead(false).build(), "no tensor lm_head.weight",
                CONFIG.toBuilder().mlpBias(false).build(), "the model has no tensor h.0.mlp.c_fc.bias");
        for (Map.Entry<GptConfig, String> other : others.entrySet()) {
            TrainingSession session = session(other.getKey(), 9);
            List<float[]> before = values(session);
            assertThatThrownBy(() -> checkpoint.restore(session))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(other.getValue());
            assertSame(session, before);
        }
    }

    @Test
    void truncatedFilesAreRefused() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        for (String name : FILES) {
            Path file = folder.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int length : new int[] {0, 1, whole.length / 2, whole.length - 2}) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> Checkpoint.open(folder))
                        .as("%s cut to %d", name, length)
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining(name);
            }
            Files.delete(file);
            assertThatThrownBy(() -> Checkpoint.open(folder))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(name);
            Files.write(file, whole);
        }
        assertThat(Checkpoint.open(folder).state()).isEqualTo(state(1));
    }

    @Test
    void flippedBitsAreNoticed() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        PhiloxStream random = new PhiloxStream(4, 4);
        for (String name : FILES) {
            Path file = folder.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < 100; i++) {
                byte[] flipped = whole.clone();
                int at = random.nextInt(whole.length);
                int bit = random.nextInt(8);
                flipped[at] ^= (byte) (1 << bit);
                Files.write(file, flipped);
                assertRefusedOrHarmless(name, at, bit);
            }
            Files.write(file, whole);
        }
    }

    /**
     * A flip in the white space between the members of {@code state.json} may change nothing; every other one is an
     * error.
     */
    private void assertRefusedOrHarmless(String name, int at, int bit) throws IOException {
        try {
            Checkpoint opened = Checkpoint.open(folder);
            assertThat(name).as("byte %d bit %d", at, bit).isEqualTo(Checkpoint.STATE);
            assertThat(opened.state()).isEqualTo(state(1));
        } catch (CheckpointException e) {
            assertThat(e.getMessage()).contains(name).doesNotContain("\n");
        }
    }

    /** Stands for a process that ends at once. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private List<String> actions(Path target) throws IOException {
        List<String> actions = new ArrayList<>();
        Checkpoint.save(target, TOKENIZER, session(CONFIG, 1), state(1), actions::add);
        return actions;
    }

    @Test
    void aSaveKilledBeforeAnyActionLeavesAWholeCheckpoint() throws IOException {
        actions(runs.resolve("x"));
        List<String> actions = actions(runs.resolve("x"));
        assertThat(actions).contains("move aside", "move in", "delete old", "write state.json");
        for (String last : actions) {
            for (String again : List.of("clear", "write state.json", "move in", "delete old")) {
                Path target = runs.resolve("killed before " + last + " and " + again);
                Checkpoint.save(target, TOKENIZER, session(CONFIG, 1), state(1));
                kill(target, last, 2);
                long step = assertWhole(target, 1, 2);
                // the next run goes on from there, and is killed too
                kill(target, again, 3);
                assertWhole(target, step, 3);
                Checkpoint.save(target, TOKENIZER, session(CONFIG, 9), state(4));
                assertThat(Checkpoint.open(target).note()).isEmpty();
                assertWhole(target, 4, 4);
                assertThat(names(runs))
                        .filteredOn(n -> n.startsWith(target.getFileName().toString()))
                        .containsExactly(target.getFileName().toString());
            }
        }
    }

    @Test
    void theFirstSaveKilledAtItsLastMoveIsNotLost() throws IOException {
        kill(folder, "move in", 1);
        assertWhole(folder, 1);
        kill(folder, "clear", 2);
        assertWhole(folder, 1);
    }

    @Test
    void aFirstSaveKilledEarlierLeavesNothingToOpen() throws IOException {
        kill(folder, "write state.json", 1);
        assertThat(Checkpoint.exists(folder)).isFalse();
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("no checkpoint");
    }

    @Test
    void aFolderThatIsNoCheckpointIsNotReplaced() throws IOException {
        Files.createDirectory(folder);
        Path precious = Files.writeString(folder.resolve("precious.txt"), "x");
        assertThatThrownBy(() -> Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1)))
                .hasMessageContaining("is not a checkpoint");
        assertThat(precious).exists();
    }

    private void kill(Path target, String before, long step) {
        TrainingSession session = session(CONFIG, step);
        assertThatThrownBy(() -> Checkpoint.save(target, TOKENIZER, session, state(step), action -> {
                    if (action.equals(before)) {
                        throw new Killed();
                    }
                }))
                .isInstanceOf(Killed.class);
    }

    private long assertWhole(Path target, long... steps) throws IOException {
        assertThat(Checkpoint.exists(target)).isTrue();
        Checkpoint checkpoint = Checkpoint.open(target);
        assertThat(checkpoint.note().isEmpty()).isEqualTo(Files.exists(target));
        long step = checkpoint.state().step();
        assertThat(steps).contains(step);
        TrainingSession restored = session(CONFIG, 99);
        checkpoint.restore(restored);
        if (step < 4) {
            assertSame(restored, values(session(CONFIG, step)));
        }
        return step;
    }

    @ParameterizedTest
    @ValueSource(strings = {"move in", "delete old"})
    void theNoteNamesTheFolderThatIsUsedInstead(String before) throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        kill(folder, before, 2);
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(checkpoint.state().step()).isEqualTo(2);
        if (before.equals("move in")) {
            assertThat(checkpoint.note().orElseThrow()).contains("last.new").contains("interrupted");
            Files.delete(runs.resolve("last.new").resolve(Checkpoint.MODEL));
            assertThat(Checkpoint.open(folder).note().orElseThrow()).contains("last.old");
            assertThat(Checkpoint.open(folder).state().step()).isEqualTo(1);
        }
    }

    @Test
    void aFailedSaveKeepsThePreviousCheckpointAndLeavesNothingBehind() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        Path obstacle = runs.resolve("last.new").resolve(Checkpoint.OPTIMIZER);
        assertThatThrownBy(() -> Checkpoint.save(folder, TOKENIZER, session(CONFIG, 2), state(2), action -> {
                    if (action.equals("write " + Checkpoint.OPTIMIZER)) {
                        createDirectory(obstacle);
                    }
                }))
                .isInstanceOf(IOException.class);
        assertThat(names(runs)).containsExactly("last");
        assertWhole(folder, 1);
    }

    private static void createDirectory(Path path) {
        try {
            Files.createDirectory(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void valuesThatAreNotFiniteAreNotSavedAndWhatWasThereStays() throws IOException {
        Checkpoint.save(folder, TOKENIZER, session(CONFIG, 1), state(1));
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int part = 0; part < 3; part++) {
                TrainingSession session = session(CONFIG, 2);
                Tensor tensor = List.of(session.weights().flat(), session.firstMoment(), session.secondMoment())
                        .get(part);
                tensor.slice().set(tensor.size() - 1, value);
                assertThatThrownBy(() -> Checkpoint.save(folder, TOKENIZER, session, state(2)))
                        .isInstanceOf(NonFiniteException.class)
                        .hasMessage("tensor " + List.of("", "m.", "v.").get(part) + "ln_f.bias holds " + value);
                assertThat(names(runs)).containsExactly("last");
                assertWhole(folder, 1);
            }
        }
    }

    @Test
    void nothingThereIsAClearError() throws IOException {
        assertThat(Checkpoint.exists(folder)).isFalse();
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessage("no checkpoint at " + folder);
        Files.createDirectory(folder);
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("has no state.json");
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }
}
