package org.tornadogpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.model.training.TrainingPlan;

class TornadoGptTest {
    private static final String TEXT = "To be, or not to be, that is the question. ".repeat(3);
    private static final CharTokenizer TOKENIZER = CharTokenizer.of(TEXT);
    private static final GptConfig CONFIG =
            GptConfig.builder(1, 8, 16, 2, 1).dropout(0.1f).build();
    private static final TrainingPlan PLAN = TrainingPlan.ofSteps(6)
            .withBatch(3)
            .withMicroSteps(2)
            .withLearningRate(LearningRate.cosine(1e-2, 1e-3, 2, 12));

    @TempDir
    private Path folder;

    private static TornadoGpt create() {
        return TornadoGpt.on("cpu").threads(1).seed(7).create(CONFIG, TOKENIZER);
    }

    private static List<Float> losses(TornadoGpt gpt, TrainingPlan plan) {
        List<Float> losses = new ArrayList<>();
        float last = gpt.train(TEXT, plan.withListener((step, loss) -> losses.add(loss)));
        assertThat(losses.getLast()).isEqualTo(last);
        return losses;
    }

    private static List<Float> straight() {
        try (TornadoGpt gpt = create()) {
            return losses(
                    gpt,
                    new TrainingPlan(
                            12,
                            PLAN.batch(),
                            PLAN.microSteps(),
                            PLAN.learningRate(),
                            PLAN.optimizer(),
                            PLAN.listener()));
        }
    }

    @Test
    void theVocabularyIsTheTokenizers() {
        try (TornadoGpt gpt = create()) {
            assertThat(gpt.weights().model().vocabularySize()).isEqualTo(TOKENIZER.vocabularySize());
            assertThat(gpt)
                    .hasToString("gpt of "
                            + String.format(
                                    Locale.ROOT,
                                    "%,d",
                                    gpt.weights().model().parameters().size())
                            + " parameters after 0 steps, on cpu (1 thread, Vector API)");
        }
    }

    @Test
    void goingOnIsTheSameInOnePieceInTwoAndFromACheckpoint() throws IOException {
        List<Float> expected = straight();
        assertThat(expected).hasSize(12);
        try (TornadoGpt gpt = create()) {
            assertThat(losses(gpt, PLAN)).isEqualTo(expected.subList(0, 6));
            gpt.save(folder.resolve("half"));
            assertThat(losses(gpt, PLAN)).isEqualTo(expected.subList(6, 12));
            assertThat(gpt.steps()).isEqualTo(12);
        }
        try (TornadoGpt gpt = TornadoGpt.on("cpu").load(folder.resolve("half"))) {
            assertThat(gpt.steps()).isEqualTo(6);
            gpt.save(folder.resolve("half")); // onto itself: nothing of it may get lost
            gpt.save(folder.resolve("copy"));
            assertThat(losses(gpt, PLAN)).isEqualTo(expected.subList(6, 12));
        }
        try (TornadoGpt gpt = TornadoGpt.on("cpu").load(folder.resolve("copy"))) {
            assertThat(losses(gpt, PLAN)).isEqualTo(expected.subList(6, 12));
        }
    }

    /**
     * As many sequences, cut otherwise into passes, are the same step but for rounding: if moments were lost, it would
     * be another.
     */
    @Test
    void momentsGoOverToPassesOfOtherSizes() {
        GptConfig noDropout = CONFIG.withDropout(0);
        float[] last = new float[2];
        for (int i = 0; i < 2; i++) {
            PrimitiveIterator.OfInt tokens =
                    Arrays.stream(TOKENIZER.encode(TEXT.repeat(10))).iterator();
            try (TornadoGpt gpt = TornadoGpt.on("cpu").seed(7).create(noDropout, TOKENIZER)) {
                gpt.train(tokens, PLAN);
                last[i] = gpt.train(tokens, i == 0 ? PLAN : PLAN.withBatch(6).withMicroSteps(1));
            }
        }
        assertThat(last[1]).isCloseTo(last[0], within(1e-4f));
    }

    @Test
    void anIteratorsTokensAreLearntInTheirOrderUntilTheyEnd() {
        int perStep = PLAN.batch() * PLAN.microSteps() * CONFIG.blockSize();
        int[] tokens = IntStream.range(0, 2 * perStep + 5).map(i -> i % 7).toArray();
        PrimitiveIterator.OfInt all = Arrays.stream(tokens).iterator();
        try (TornadoGpt gpt = create()) {
            gpt.train(all, PLAN);
            assertThat(gpt.steps()).isEqualTo(2);
            assertThatThrownBy(() -> gpt.train(all, PLAN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("too few tokens", "2 x 3 x 8");
        }
    }

    @Test
    void itWritesTextAndTokens() {
        try (TornadoGpt gpt = create()) {
            assertThat(gpt.generate("To be", 20)).hasSize(20).isEqualTo(gpt.generate("To be", 20));
            assertThat(gpt.generate("", 5, Sampling.greedy())).hasSize(5);
            List<Integer> tokens = new ArrayList<>();
            long written = gpt.generate(TOKENIZER.encode("To be"), Long.MAX_VALUE, Sampling.greedy(), token -> {
                tokens.add(token);
                return tokens.size() < 4;
            });
            assertThat(written).isEqualTo(4);
            assertThat(gpt.generate("To be", 4, Sampling.greedy()))
                    .isEqualTo(TOKENIZER.decode(
                            tokens.stream().mapToInt(Integer::intValue).toArray()));
        }
    }

    @Test
    void itWritesWithTheParametersThatItHasNow() throws IOException {
        String written;
        try (TornadoGpt gpt = create()) {
            String before = gpt.generate("To be", 20, Sampling.greedy());
            gpt.train(TEXT, PLAN.withLearningRate(3e-2));
            written = gpt.generate("To be", 20, Sampling.greedy());
            assertThat(written).isNotEqualTo(before);
            gpt.save(folder.resolve("trained"));
        }
        try (TornadoGpt gpt = TornadoGpt.on("cpu").load(folder.resolve("trained"))) {
            assertThat(gpt.generate("To be", 20, Sampling.greedy())).isEqualTo(written);
        }
    }

    @Test
    void aModelThatWasNotTrainedIsSavedWithoutMoments() throws IOException {
        try (TornadoGpt gpt = create()) {
            gpt.save(folder.resolve("new"));
        }
        assertThat(Checkpoint.open(folder.resolve("new")).hasOptimizer()).isFalse();
        try (TornadoGpt gpt = TornadoGpt.on("cpu").load(folder.resolve("new"))) {
            assertThat(losses(gpt, PLAN)).isEqualTo(straight().subList(0, 6));
        }
    }

    @Test
    void whatCannotBeIsSaidInOneLine() {
        assertThatThrownBy(() -> TornadoGpt.on("abacus").create("quote", TEXT))
                .hasMessageContainingAll("abacus", "sequential");
        assertThatThrownBy(() -> TornadoGpt.on("cpu").create("qoute", TEXT)).hasMessageContainingAll("qoute", "quote");
        assertThatThrownBy(() -> TornadoGpt.on("cpu").kernel("matmul", "fast").create("quote", TEXT))
                .hasMessageContainingAll("fast", "naive");
        assertThatThrownBy(() -> TornadoGpt.on("cpu").load(folder.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
        try (TornadoGpt gpt = create()) {
            assertThatThrownBy(() -> gpt.train("To be", PLAN)).hasMessageContainingAll("5 tokens", "at least 9");
            assertThatThrownBy(() -> gpt.train("Zebra", PLAN)).hasMessageContaining("'Z'");
            assertThatThrownBy(() -> gpt.train(new int[20], PLAN.withBatch(0))).hasMessageContaining("batch");
            assertThatThrownBy(() -> gpt.train(IntStream.range(0, 99).toArray(), PLAN))
                    .hasMessageContaining("outside a vocabulary");
        }
    }
}
