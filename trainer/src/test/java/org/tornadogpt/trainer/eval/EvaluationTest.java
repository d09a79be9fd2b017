package org.tornadogpt.trainer.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LogProbabilities;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.training.Part;

/** A tiny trained model, whose block has 12 tokens. */
class EvaluationTest {
    private static final String TEXT = "to be or not to be that is the question ";

    private KernelChoices kernels;
    private Checkpoint checkpoint;
    private Weights weights;

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(EvaluationTest.class
                .getResource("/org/tornadogpt/trainer/" + name)
                .toURI());
    }

    @BeforeEach
    void load() throws IOException, URISyntaxException {
        kernels = new KernelChoices(Devices.open("cpu", 1), Map.of());
        checkpoint = Checkpoint.open(resource("oldrun/run/best"));
        weights = new Weights(checkpoint.config().model(), kernels.device());
        checkpoint.restore(weights);
    }

    @AfterEach
    void close() {
        kernels.close();
    }

    private Part text(int repeats) {
        int[] tokens = checkpoint.tokenizer().encode("not " + TEXT.repeat(repeats));
        return new Part("text", tokens, 4, tokens.length);
    }

    @Test
    void everyTokensLossIsThatOfThePredictionAfterItsWindow() {
        Part part = text(2);
        TextScores scores = TextScores.of(new ScoringSession(weights, kernels, 3), part, 5, () -> false)
                .orElseThrow();
        int[] tokens = scores.tokens(0, (int) part.length());
        assertThat(scores.losses()).hasSize(tokens.length - 1);
        try (InferenceSession session = new InferenceSession(weights, kernels, false)) {
            for (SlidingWindow window : SlidingWindow.over(tokens.length, 12, 5)) {
                for (int row = window.firstCounted(); row < window.rows(); row++) {
                    int from = window.from();
                    int[] context = Arrays.copyOfRange(tokens, from, from + row + 1);
                    double expected = -new LogProbabilities(session.logits(context)).of(tokens[from + row + 1]);
                    assertThat(scores.losses()[window.from() + row])
                            .as("token %d", window.from() + row + 1)
                            .isCloseTo(expected, within(1e-5));
                }
            }
        }
    }

    @Test
    void lossesByPositionAreMeansOverAllWindows() {
        Part part = text(1);
        ScoringSession session = new ScoringSession(weights, kernels, 2);
        TextScores whole = TextScores.of(session, part, 12, () -> false).orElseThrow();
        double sum = 0;
        int windows = 0;
        for (SlidingWindow window : SlidingWindow.over((int) part.length(), 12, 12)) {
            long from = part.from() + window.from();
            Part only = new Part("one", part.tokens(), from, from + 13);
            sum += TextScores.of(session, only, 12, () -> false).orElseThrow().losses()[7];
            windows++;
        }
        assertThat(whole.positionLosses()[7]).isCloseTo(sum / windows, within(1e-9));
    }

    @Test
    void stopsWhenAsked() {
        assertThat(TextScores.of(new ScoringSession(weights, kernels, 1), text(1), 6, () -> true))
                .isEmpty();
    }

    /** {@code tools/study/check_eval.py tasks} wrote what PyTorch finds. */
    @Test
    void tasksAreScoredAsByPyTorch() throws IOException, URISyntaxException {
        ContinuationScorer scorer =
                new ContinuationScorer(new ScoringSession(weights, kernels, 1), checkpoint.tokenizer());
        TaskScores scores = TaskScores.of(scorer, TaskFile.read(resource("eval/tasks.jsonl")), () -> false)
                .orElseThrow();
        JsonNode expected =
                new ObjectMapper().readTree(resource("eval/tasks-expected.json").toFile());
        assertThat(scores.items()).hasSize(expected.path("scores").size());
        for (int i = 0; i < scores.items().size(); i++) {
            for (int j = 0; j < scores.items().get(i).scores().size(); j++) {
                assertThat(scores.items().get(i).scores().get(j).logProbability())
                        .as("item %d, choice %d", i, j)
                        .isCloseTo(expected.path("scores").path(i).path(j).asDouble(), within(1e-5));
            }
        }
        assertThat(scores.only(false).accuracy().value())
                .isEqualTo(expected.path("acc").asDouble());
        assertThat(scores.only(false).accuracyByLength().value())
                .isEqualTo(expected.path("acc_norm").asDouble());
        assertThat(scores.only(true).accuracy().value())
                .isEqualTo(expected.path("last_word_acc").asDouble());
        assertThat(scores.only(true).perplexity())
                .isCloseTo(expected.path("last_word_perplexity").asDouble(), within(1e-4));
        assertThat(scores.cut()).isPositive();
    }
}
