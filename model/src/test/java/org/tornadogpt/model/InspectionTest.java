package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

class InspectionTest {
    private static final Device DEVICE = new CpuDevice(2);
    private static final int[] CONTEXT = {3, 1, 4, 1, 5, 9, 2};

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static Weights weights(ModelConfig config) {
        Weights weights = new Weights(config.model(), DEVICE);
        weights.flat().slice().copyFrom(Numbers.livelyParameters(config.model().parameters(), 2));
        return weights;
    }

    private static void check(GptConfig config) {
        Weights weights = weights(config);
        KernelChoices kernels = KernelChoices.defaults(DEVICE);
        Inspection inspection = new Inspection(weights, kernels, CONTEXT);
        InferenceSession session = new InferenceSession(weights, kernels, false);
        int last = config.layers() - 1;
        for (int t = 0; t < CONTEXT.length; t++) {
            LogProbabilities said = new LogProbabilities(session.logits(java.util.Arrays.copyOf(CONTEXT, t + 1)));
            for (int v = 0; v < config.vocabularySize(); v++) {
                assertThat(inspection.lens(last, t).of(v)).isCloseTo(said.of(v), within(1e-4));
            }
        }
        assertThat(inspection.lens(-1, 2).of(3))
                .isNotCloseTo(inspection.lens(last, 2).of(3), within(1e-3));
        assertThat(inspection.layers()).hasSize(config.layers());
        for (Inspection.LayerView layer : inspection.layers()) {
            assertRowsAreCausalAndWhole(layer.attention(), config.heads());
            assertThat(layer.normAfterMlp()).hasSize(CONTEXT.length).doesNotContain(0f);
            assertThat(layer.normAfterAttention()).isNotEqualTo(layer.normAfterMlp());
        }
        assertThat(inspection.embeddingNorms()).hasSize(CONTEXT.length).doesNotContain(0f);
    }

    private static void assertRowsAreCausalAndWhole(float[] attention, int heads) {
        int T = CONTEXT.length;
        for (int row = 0; row < heads * T; row++) {
            double sum = 0;
            for (int s = 0; s < T; s++) {
                sum += attention[row * T + s];
                assertThat(attention[row * T + s] == 0).isEqualTo(s > row % T);
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void gpt() {
        check(GptConfig.builder(11, 12, 24, 4, 3).build());
    }

    @Test
    void llama() {
        check(GptConfig.builder(11, 12, 32, 4, 2)
                .kvHeads(2)
                .positions(GptConfig.Positions.ROTARY)
                .norm(Norm.Kind.RMSNORM)
                .activation(FeedForward.Kind.SWIGLU)
                .tiedHead(true)
                .build());
    }

    @Test
    void otherModelsHaveNoLayers() {
        Weights bigram = weights(new BigramConfig(11, 8));
        assertThatThrownBy(() -> new Inspection(bigram, KernelChoices.defaults(DEVICE), 1))
                .hasMessageContaining("no layers");
        assertThat(List.of(bigram.model().kind())).containsExactly("bigram");
    }
}
