package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.layer.FeedForward;

/** Whole training steps on TornadoVM's default device against the sequential one. */
@Tag("sdk")
class TornadoStepSdkTest {
    private static final int BATCH = 2;
    private static final int STEPS = 20;

    /** {@code kernel-cpu}, smaller. */
    private static LanguageModel model(int layers) {
        return GptConfig.builder(29, 16, 32, 4, layers)
                .activation(FeedForward.Kind.RELU)
                .qkvBias(false)
                .headBias(true)
                .dropout(0.2f)
                .build()
                .model();
    }

    private static float[] losses(Device device, int layers) {
        LanguageModel model = model(layers);
        float[] losses = new float[STEPS + 2];
        try (TrainingSession session = new TrainingSession(model, KernelChoices.defaults(device), BATCH, 1)) {
            session.initialise(1);
            SplittableRandom random = new SplittableRandom(2);
            int n = BATCH * model.blockSize();
            int[] last = null;
            for (int step = 1; step <= STEPS; step++) {
                int[] tokens = random.ints(n, 0, model.vocabularySize()).toArray();
                int[] next = Arrays.stream(tokens)
                        .map(t -> (7 * t + 3) % model.vocabularySize())
                        .toArray();
                losses[step - 1] = session.gradients(new int[][] {tokens}, new int[][] {next}, step, 42);
                session.update(new AdamWSettings(1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 1f), step);
                last = tokens;
            }
            losses[STEPS] = session.evaluate(last, last);
            InferenceSession inference = new InferenceSession(session.weights(), KernelChoices.defaults(device), true);
            losses[STEPS + 1] = inference.logits(new int[] {1, 2, 3})[5];
        }
        return losses;
    }

    @Test
    void twentyStepsFollowTheSequentialDevice() {
        float[] expected;
        try (Device sequential = new SequentialDevice()) {
            expected = losses(sequential, 3);
        }
        try (Device tornado = Devices.open("tornado", 1)) {
            float[] actual = losses(tornado, 3);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).as("loss " + i).isCloseTo(expected[i], within(1e-4f));
            }
        }
    }

    @Test
    void parametersGoBothWaysBetweenHostAndDevice() {
        try (Device tornado = Devices.open("tornado", 1);
                TrainingSession session = new TrainingSession(model(1), KernelChoices.defaults(tornado), BATCH, 1)) {
            session.initialise(1);
            int[] tokens = new int[BATCH * 16];
            float before = session.evaluate(tokens, tokens);
            session.gradients(new int[][] {tokens}, new int[][] {tokens}, 1, 1);
            session.update(new AdamWSettings(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, 1f), 1);
            session.weights().toHost();
            float[] trained = session.weights().flat().slice().toArray();
            float after = session.evaluate(tokens, tokens);
            assertThat(after).isLessThan(before);
            session.initialise(1);
            assertThat(session.evaluate(tokens, tokens)).isEqualTo(before);
            session.weights().flat().slice().copyFrom(trained);
            session.weights().changed();
            assertThat(session.evaluate(tokens, tokens)).isEqualTo(after);
        }
    }

    @Test
    void evaluationRunsKernelsThatTrainingHasCompiled() {
        try (Device tornado = Devices.open("tornado", 1);
                TrainingSession session = new TrainingSession(model(2), KernelChoices.defaults(tornado), BATCH, 1)) {
            assumeThat(tornado.description())
                    .as("sizes and dropout are frozen into a GPU's kernels")
                    .contains("(CPU, ");
            session.initialise(1);
            int[] tokens = new int[BATCH * 16];
            session.gradients(new int[][] {tokens}, new int[][] {tokens}, 1, 1);
            String proof = tornado.proof().orElseThrow();
            session.evaluate(tokens, tokens);
            assertThat(tornado.proof()).contains(proof);
            new InferenceSession(session.weights(), KernelChoices.defaults(tornado), true).logits(new int[] {1});
            assertThat(tornado.proof().orElseThrow()).isNotEqualTo(proof);
        }
    }
}
