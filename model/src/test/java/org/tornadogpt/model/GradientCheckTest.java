package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.model.layer.ParameterLayout;

/**
 * The whole model's gradient against central differences. A difference of float losses has few right digits left, so
 * differences are taken of {@link ReferenceGpt}'s loss, in double with a step of 1e-5 (near the cube root of the
 * precision), dropout masks included; what remains is the float model's own rounding.
 */
class GradientCheckTest {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-5;
    private static final int BATCH = 2;
    private static final int SEED = 7;
    private static final int TRAINING_STEP = 3;

    static Stream<GptConfig> configs() {
        GptConfig gelu =
                GptConfig.builder(7, 5, 6, 3, 2).mlpHidden(11).headBias(true).build();
        return Stream.of(
                gelu,
                gelu.toBuilder()
                        .activation(FeedForward.Kind.GELU_TANH)
                        .tiedHead(true)
                        .headBias(false)
                        .build(),
                gelu.toBuilder()
                        .activation(FeedForward.Kind.RELU)
                        .qkvBias(false)
                        .build(),
                gelu.toBuilder().projectionBias(false).mlpBias(false).build(),
                gelu.toBuilder().kvHeads(1).build(),
                gelu.withDropout(0.3f),
                gelu.toBuilder()
                        .positions(GptConfig.Positions.ROTARY)
                        .ropeTheta(20)
                        .build(),
                gelu.toBuilder().positions(GptConfig.Positions.NONE).build(),
                gelu.toBuilder().norm(Norm.Kind.RMSNORM).normEpsilon(1e-2f).build(),
                gelu.toBuilder().activation(FeedForward.Kind.SWIGLU).build(),
                llama(),
                llama().withDropout(0.3f),
                GptConfig.builder(2, 1, 1, 1, 1).build());
    }

    private static GptConfig llama() {
        return GptConfig.builder(7, 5, 16, 4, 2)
                .kvHeads(2)
                .mlpHidden(11)
                .positions(GptConfig.Positions.ROTARY)
                .norm(Norm.Kind.RMSNORM)
                .activation(FeedForward.Kind.SWIGLU)
                .qkvBias(false)
                .projectionBias(false)
                .mlpBias(false)
                .tiedHead(true)
                .build();
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyGradientEqualsCentralDifferences(GptConfig config) {
        Gpt model = config.model();
        ParameterLayout layout = model.parameters();
        PhiloxStream random = new PhiloxStream(SEED, 2);
        List<int[]> batch = List.of(
                Numbers.tokens(random, BATCH * config.blockSize(), config.vocabularySize()),
                Numbers.tokens(random, BATCH * config.blockSize(), config.vocabularySize()));
        float[] values = Numbers.livelyParameters(layout, SEED);
        double[] parameters = Numbers.doubles(values);
        ReferenceGpt reference = new ReferenceGpt(config, layout, parameters, SEED, TRAINING_STEP, 0);
        double expected = reference.loss(batch.get(0), batch.get(1));
        double[] differences = differences(reference, parameters, batch);
        for (String name : List.of("sequential", "cpu")) {
            try (Device device = Devices.open(name, 2);
                    TrainingSession session = new TrainingSession(model, KernelChoices.defaults(device), BATCH, 1)) {
                session.weights().flat().slice().copyFrom(values);
                float loss =
                        session.gradients(new int[][] {batch.get(0)}, new int[][] {batch.get(1)}, TRAINING_STEP, SEED);
                Numbers.assertClose("loss", loss, expected, TOLERANCE);
                assertGradients(layout, Numbers.values(session.gradients()), differences);
            }
        }
    }

    private static double[] differences(ReferenceGpt reference, double[] parameters, List<int[]> batch) {
        double[] differences = new double[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            double value = parameters[i];
            parameters[i] = value + STEP;
            double above = reference.loss(batch.get(0), batch.get(1));
            parameters[i] = value - STEP;
            double below = reference.loss(batch.get(0), batch.get(1));
            parameters[i] = value;
            differences[i] = (above - below) / (2 * STEP);
        }
        return differences;
    }

    private static void assertGradients(ParameterLayout layout, float[] gradients, double[] expected) {
        for (ParameterLayout.Parameter p : layout.all()) {
            int end = p.offset() + p.size();
            float[] actual = Arrays.copyOfRange(gradients, p.offset(), end);
            Numbers.assertClose(p.name(), actual, Arrays.copyOfRange(expected, p.offset(), end), TOLERANCE);
        }
    }

    @Test
    void aWrongGradientIsNoticed() {
        ParameterLayout layout = configs().findFirst().orElseThrow().model().parameters();
        double[] expected = Numbers.doubles(Numbers.livelyParameters(layout, 1));
        float[] wrong = Numbers.livelyParameters(layout, 1);
        wrong[17] *= 1.001f;
        assertThatThrownBy(() -> assertGradients(layout, wrong, expected)).isInstanceOf(AssertionError.class);
    }
}
