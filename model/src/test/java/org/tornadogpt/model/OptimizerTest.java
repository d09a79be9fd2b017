package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.lora.Adapters;
import org.tornadogpt.model.lora.LoraSettings;
import org.tornadogpt.model.optimizer.Optimizer;

/** Muon against plain loops in double, averages of weights, and what both leave in a checkpoint. */
class OptimizerTest {
    private static final int V = 7;
    private static final int T = 5;

    /** Of the matrices of its blocks two are tall, one is wide and one square. */
    private static final GptConfig CONFIG =
            GptConfig.builder(V, T, 6, 3, 2).build().withDropout(0.2f);

    private static final AdamWSettings SETTINGS = new AdamWSettings(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 0.5f);
    private static final Optimizer MUON = new Optimizer(Optimizer.Method.MUON, 3, 0.9f, 0);
    private static final Optimizer BOTH = new Optimizer(Optimizer.Method.MUON, 3, 0.9f, 0.4f);
    private static final Optimizer AVERAGE = new Optimizer(Optimizer.Method.ADAMW, 1, 0, 0.4f);
    private static final Tokenizer TOKENIZER = CharTokenizer.of("abcdefg");

    @TempDir
    private Path folder;

    private static TrainingSession session(Device device, Optimizer optimizer) {
        Weights weights = new Weights(CONFIG.model(), device);
        TrainingSession session = new TrainingSession(
                weights, KernelChoices.defaults(device), 2, MicroSteps.all(1), GradientReducer.NONE, null, optimizer);
        session.initialise(3);
        return session;
    }

    private static void train(TrainingSession session, int from, int to) {
        for (int step = from; step < to; step++) {
            int[][] tokens = {Numbers.tokens(new PhiloxStream(step, 5), 2 * T, V)};
            session.gradients(tokens, tokens, step, 9);
            session.update(SETTINGS, step + 1L);
        }
    }

    @Test
    void muonMovesTheMatricesOfTheBlocksAsInDouble() {
        for (Device device : List.of(new SequentialDevice(), new CpuDevice(2))) {
            TrainingSession muon = session(device, MUON);
            TrainingSession adamW = session(device, Optimizer.ADAMW);
            ParameterLayout layout = muon.model().parameters();
            double[][] moments = new double[layout.all().size()][];
            for (int step = 0; step < 3; step++) {
                double[] before = Numbers.doubles(Numbers.values(muon.weights().flat()));
                adamW.weights()
                        .flat()
                        .slice()
                        .copyFrom(Numbers.values(muon.weights().flat()));
                train(muon, step, step + 1);
                train(adamW, step, step + 1);
                double[] gradients = Numbers.doubles(Numbers.values(muon.gradients()));
                double clip = Math.min(1, 0.5 / (muon.gradientNorm() + 1e-6));
                assertThat(clip).isLessThan(1);
                int matrices = 0;
                for (int i = 0; i < layout.all().size(); i++) {
                    ParameterLayout.Parameter p = layout.all().get(i);
                    String name = p.name();
                    if (!p.isDecayed() || !name.startsWith("h.")) {
                        assertThat(values(muon, p)).as(name).containsExactly(values(adamW, p));
                        continue;
                    }
                    matrices++;
                    Reference reference = new Reference(p, before, gradients, clip, moments[i]);
                    moments[i] = reference.moment;
                    Numbers.assertClose(name, values(muon, p), reference.weight, 1e-4);
                }
                assertThat(matrices).isEqualTo(8);
            }
            device.close();
        }
    }

    private static float[] values(TrainingSession session, ParameterLayout.Parameter p) {
        return Arrays.copyOfRange(Numbers.values(session.weights().flat()), p.offset(), p.offset() + p.size());
    }

    /** One update of one matrix, as the paper has it. */
    private static final class Reference {
        private final double[] weight;
        private final double[] moment;

        Reference(
                ParameterLayout.Parameter p, double[] weights, double[] gradients, double clip, double... lastMoment) {
            int rows = p.shape().get(0);
            int columns = p.shape().get(1);
            double momentum = MUON.momentum();
            moment = lastMoment == null ? new double[p.size()] : lastMoment.clone();
            double[][] x = new double[rows][columns];
            double square = 0;
            for (int i = 0; i < p.size(); i++) {
                double g = clip * gradients[p.offset() + i];
                moment[i] = momentum * moment[i] + (1 - momentum) * g;
                double value = momentum * moment[i] + (1 - momentum) * g;
                x[i / columns][i % columns] = value;
                square += value * value;
            }
            for (double[] row : x) {
                for (int c = 0; c < columns; c++) {
                    row[c] /= Math.sqrt(square) + 1e-7;
                }
            }
            for (int k = 0; k < 5; k++) {
                double[][] a = product(x, transposed(x));
                x = sum(3.4445, x, 1, product(sum(-4.7750, a, 2.0315, product(a, a)), x));
            }
            weight = new double[p.size()];
            double rate = 0.01 * 3;
            for (int i = 0; i < p.size(); i++) {
                weight[i] = (1 - rate * 0.1) * weights[p.offset() + i]
                        - rate * Math.sqrt(Math.max(1, (double) rows / columns)) * x[i / columns][i % columns];
            }
        }

        private static double[][] transposed(double[][] a) {
            double[][] t = new double[a[0].length][a.length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a[0].length; j++) {
                    t[j][i] = a[i][j];
                }
            }
            return t;
        }

        private static double[][] product(double[][] a, double[][] b) {
            double[][] out = new double[a.length][b[0].length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < b[0].length; j++) {
                    for (int k = 0; k < b.length; k++) {
                        out[i][j] += a[i][k] * b[k][j];
                    }
                }
            }
            return out;
        }

        private static double[][] sum(double p, double[][] a, double q, double[][] b) {
            double[][] out = new double[a.length][a[0].length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < a[0].length; j++) {
                    out[i][j] = p * a[i][j] + q * b[i][j];
                }
            }
            return out;
        }
    }

    @Test
    void theAverageFollowsTheWeightsAndIsWhatIsEvaluated() {
        try (Device device = new CpuDevice(1)) {
            TrainingSession averaged = session(device, AVERAGE);
            TrainingSession plain = session(device, Optimizer.ADAMW);
            double[] expected = Numbers.doubles(Numbers.values(plain.weights().flat()));
            for (int step = 0; step < 6; step++) {
                train(averaged, step, step + 1);
                train(plain, step, step + 1);
                assertThat(Numbers.values(averaged.weights().flat()))
                        .containsExactly(Numbers.values(plain.weights().flat()));
                double d = Math.min(0.4, (2.0 + step) / (11.0 + step));
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = d * expected[i]
                            + (1 - d) * plain.weights().flat().slice().get(i);
                }
            }
            Numbers.assertClose("average", Numbers.values(averaged.averages().flat()), expected, 1e-5);
            int[] tokens = Numbers.tokens(new PhiloxStream(1, 5), 2 * T, V);
            float loss = averaged.evaluate(tokens, tokens);
            assertThat(loss).isNotEqualTo(plain.evaluate(tokens, tokens));
            assertThat(new EvaluationSession(averaged.averages(), KernelChoices.defaults(device), 2)
                            .evaluate(tokens, tokens))
                    .isEqualTo(loss);
        }
    }

    @Test
    void trainingGoesOnBitForBitFromACheckpointWhoseModelIsTheAverage() throws IOException {
        try (Device device = new CpuDevice(1)) {
            TrainingSession straight = session(device, BOTH);
            train(straight, 0, 3);
            Checkpoint.save(folder, TOKENIZER, straight, TrainingState.start(1));
            Weights saved = new Weights(CONFIG.model(), device);
            Checkpoint.open(folder).restore(saved);
            assertThat(Numbers.values(saved.flat()))
                    .containsExactly(Numbers.values(straight.averages().flat()))
                    .isNotEqualTo(Numbers.values(straight.weights().flat()));
            TrainingSession resumed = session(device, BOTH);
            Checkpoint.open(folder).restore(resumed);
            train(straight, 3, 6);
            train(resumed, 3, 6);
            assertThat(Numbers.values(resumed.weights().flat()))
                    .containsExactly(Numbers.values(straight.weights().flat()));
            assertThat(Numbers.values(resumed.averages().flat()))
                    .containsExactly(Numbers.values(straight.averages().flat()));
            assertThatThrownBy(() -> Checkpoint.open(folder).restore(session(device, MUON)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has an average of weights");
            Checkpoint.save(folder, TOKENIZER, session(device, MUON), TrainingState.start(1));
            assertThatThrownBy(() -> Checkpoint.open(folder).restore(resumed))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has no average of weights");
        }
    }

    @Test
    void whatAnOptimizerCannotTrainIsRefused() {
        try (Device device = new SequentialDevice()) {
            KernelChoices kernels = KernelChoices.defaults(device);
            Weights bigram = new Weights(new BigramConfig(V, T).model(), device);
            MicroSteps all = MicroSteps.all(1);
            assertThatThrownBy(() -> new TrainingSession(bigram, kernels, 1, all, GradientReducer.NONE, null, MUON))
                    .hasMessageContaining("no blocks");
            Weights weights = new Weights(CONFIG.model(), device);
            Adapters adapters = new Adapters(weights, LoraSettings.parse("rank=2,alpha=4,targets=qkv"));
            assertThatThrownBy(() ->
                            new TrainingSession(weights, kernels, 1, all, GradientReducer.NONE, adapters, AVERAGE))
                    .hasMessageContaining("AdamW alone");
            GradientReducer half = new GradientReducer() {
                @Override
                public double reduce(org.tornadogpt.kernels.memory.Slice gradients, double loss) {
                    return loss;
                }

                @Override
                public Part part(int parameters) {
                    return new Part(0, parameters / 2);
                }
            };
            assertThatThrownBy(() -> new TrainingSession(weights, kernels, 1, all, half, null, MUON))
                    .hasMessageContaining("whole matrices");
        }
    }
}
