package org.tornadogpt.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.AdamWSettings;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.GradientReducer;
import org.tornadogpt.model.MicroSteps;
import org.tornadogpt.model.Presets;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.optimizer.Optimizer;

class AdaptersTest {
    private static final LoraSettings SETTINGS = new LoraSettings(3, 5, List.of("qkv", "proj", "fc", "out"));

    private static GptConfig config(String name) {
        return name.equals("modern")
                ? GptConfig.builder(11, 7, 12, 6, 2)
                        .kvHeads(2)
                        .mlpHidden(10)
                        .positions(GptConfig.Positions.ROTARY)
                        .norm(Norm.Kind.RMSNORM)
                        .activation(FeedForward.Kind.SWIGLU)
                        .qkvBias(false)
                        .projectionBias(false)
                        .mlpBias(false)
                        .build()
                : GptConfig.builder(11, 7, 12, 3, 2).build();
    }

    /** A session, its weights after some steps with adapters, and the weights before. */
    private record Trained(TrainingSession session, Weights weights, float[] before) {}

    private static Trained train(String name, KernelChoices kernels) {
        Weights weights = new Weights(config(name).model(), kernels.device());
        TrainingSession session = new TrainingSession(
                weights,
                kernels,
                2,
                MicroSteps.all(2),
                GradientReducer.NONE,
                new Adapters(weights, SETTINGS),
                Optimizer.ADAMW);
        session.initialise(5);
        session.beginAdapters(6);
        float[] before = weights.flat().slice().toArray();
        Random random = new Random(3);
        for (int step = 1; step <= 3; step++) {
            int[][] tokens = {
                random.ints(14, 0, 11).toArray(), random.ints(14, 0, 11).toArray()
            };
            session.gradients(tokens, tokens, step, 1);
            if (step < 3) {
                session.update(new AdamWSettings(1e-2f, 0.9f, 0.99f, 1e-8f, 0.1f, 1), step);
            }
        }
        return new Trained(session, weights, before);
    }

    private static double at(Tensor matrix, int row, int column) {
        return matrix.slice().get(row * matrix.columns() + column);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "modern"})
    void weightsAreTheBaseAndTheAdaptersAndGradientsFollowFromTheirs(String name) {
        try (KernelChoices kernels = KernelChoices.defaults(new SequentialDevice())) {
            Trained trained = train(name, kernels);
            Adapters adapters = trained.session.adapters();
            ParameterLayout model = trained.weights.model().parameters();
            double s = 5.0 / 3;
            int adapted = 0;
            for (ParameterLayout.Parameter p : model.all()) {
                Tensor W = trained.weights.parameters().get(p.name());
                if (!adapters.layout().has(Adapters.a(p.name()))) {
                    for (int i = 0; i < p.size(); i++) {
                        assertThat(W.slice().get(i)).as(p.name()).isEqualTo(trained.before[p.offset() + i]);
                    }
                    continue;
                }
                adapted++;
                Tensor A = adapters.parameters().get(Adapters.a(p.name()));
                Tensor B = adapters.parameters().get(Adapters.b(p.name()));
                Tensor dA = adapters.layout().tensor(Adapters.a(p.name()), adapters.gradients());
                Tensor dB = adapters.layout().tensor(Adapters.b(p.name()), adapters.gradients());
                Tensor dW = model.tensor(p.name(), trained.session.gradients());
                double moved = 0;
                for (int i = 0; i < W.rows(); i++) {
                    for (int j = 0; j < W.columns(); j++) {
                        double delta = 0;
                        for (int k = 0; k < 3; k++) {
                            delta += s * at(B, i, k) * at(A, k, j);
                        }
                        moved = Math.max(moved, Math.abs(delta));
                        double base = trained.before[p.offset() + i * W.columns() + j];
                        assertThat(at(W, i, j)).as(p.name()).isCloseTo(base + delta, within(1e-6));
                    }
                }
                assertThat(moved).as(p.name()).isGreaterThan(1e-4);
                for (int k = 0; k < 3; k++) {
                    for (int j = 0; j < W.columns(); j++) {
                        double sum = 0;
                        for (int i = 0; i < W.rows(); i++) {
                            sum += s * at(B, i, k) * at(dW, i, j);
                        }
                        assertThat(at(dA, k, j)).as("dA of %s", p.name()).isCloseTo(sum, within(1e-7));
                    }
                    for (int i = 0; i < W.rows(); i++) {
                        double sum = 0;
                        for (int j = 0; j < W.columns(); j++) {
                            sum += s * at(dW, i, j) * at(A, k, j);
                        }
                        assertThat(at(dB, i, k)).as("dB of %s", p.name()).isCloseTo(sum, within(1e-6));
                    }
                }
            }
            assertThat(adapted).isEqualTo(8);
            assertThat(trained.session.firstMoment().size())
                    .isEqualTo(adapters.layout().size());
        }
    }

    /** What is written in peft's layout and merged again is the model that trained. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "modern"})
    void savedAdaptersMergeToTheSameWeights(String name, @TempDir Path temp) throws IOException {
        try (KernelChoices kernels = KernelChoices.defaults(new SequentialDevice())) {
            Trained trained = train(name, kernels);
            Path folder = temp.resolve("adapter");
            PeftFolder.write(folder, config(name), trained.session.adapters(), "base");
            Weights merged = new Weights(config(name).model(), kernels.device());
            merged.flat().slice().copyFrom(trained.before);
            assertThat(PeftFolder.merge(folder, merged)).isEqualTo(name.equals("modern") ? 14 : 8);
            for (int i = 0; i < merged.flat().size(); i++) {
                assertThat(merged.flat().slice().get(i))
                        .isCloseTo(trained.weights.flat().slice().get(i), within(1e-6f));
            }
            Weights other =
                    new Weights(GptConfig.builder(11, 7, 24, 3, 2).build().model(), kernels.device());
            assertThatThrownBy(() -> PeftFolder.merge(folder, other)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void settingsAreReadAndRefused() {
        assertThat(LoraSettings.parse("rank=4,alpha=8,targets=fc+out"))
                .isEqualTo(new LoraSettings(4, 8, List.of("fc", "out")));
        assertThat(LoraSettings.parse("rank=4")).isEqualTo(new LoraSettings(4, 16, List.of("qkv", "proj")));
        for (String wrong : List.of("", "rank", "rank=x", "rank=0", "alpha=-1", "targets=all", "size=3")) {
            assertThatThrownBy(() -> LoraSettings.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("lora: ");
        }
        try (KernelChoices kernels = KernelChoices.defaults(new SequentialDevice())) {
            Weights bigram = new Weights(Presets.find("bigram").model(), kernels.device());
            assertThatThrownBy(() -> new Adapters(bigram, SETTINGS)).hasMessageContaining("none of the matrices");
        }
    }
}
