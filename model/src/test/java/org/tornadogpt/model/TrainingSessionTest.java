package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.Context;
import org.tornadogpt.model.layer.ParameterLayout;

class TrainingSessionTest {
    private static final int V = 7;
    private static final int T = 5;
    private static final GptConfig CONFIG = GptConfig.builder(V, T, 6, 3, 2).build();
    private static final AdamWSettings SETTINGS = new AdamWSettings(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 1f);

    private final Device device = new CpuDevice(1);
    private final PhiloxStream random = new PhiloxStream(1, 3);

    @AfterEach
    void close() {
        device.close();
    }

    private TrainingSession session(ModelConfig config, int batch, int microSteps) {
        TrainingSession session =
                new TrainingSession(config.model(), KernelChoices.defaults(device), batch, microSteps);
        session.weights()
                .flat()
                .slice()
                .copyFrom(Numbers.livelyParameters(config.model().parameters(), 2));
        return session;
    }

    private int[] tokens(int count) {
        return Numbers.tokens(random, count, V);
    }

    @Test
    void microStepsAddUpToOneLargeBatch() {
        int[] tokens = tokens(4 * T);
        int[] targets = tokens(4 * T);
        TrainingSession whole = session(CONFIG, 4, 1);
        TrainingSession parts = session(CONFIG, 2, 2);
        float loss = whole.gradients(new int[][] {tokens}, new int[][] {targets}, 1, 1);
        float sameLoss = parts.gradients(halves(tokens), halves(targets), 1, 1);
        Numbers.assertClose("loss", sameLoss, loss, 1e-6);
        Numbers.assertClose(
                "gradients",
                Numbers.values(parts.gradients()),
                Numbers.doubles(Numbers.values(whole.gradients())),
                1e-6);
    }

    private static int[][] halves(int[] tokens) {
        int half = tokens.length / 2;
        return new int[][] {Arrays.copyOf(tokens, half), Arrays.copyOfRange(tokens, half, tokens.length)};
    }

    /** A rank is a micro-step: each of two sessions computes one, and their gradients are added in order. */
    @Test
    void sessionsThatComputeAMicroStepEachGetTheBitsOfOneThatComputesAll() throws Exception {
        ModelConfig config = CONFIG.withDropout(0.3f);
        int[] tokens = tokens(4 * T);
        int[] targets = tokens(4 * T);
        TrainingSession all = session(config, 2, 2);
        float loss = all.gradients(halves(tokens), halves(targets), 3, 9);
        float norm = all.gradientNorm();
        all.update(SETTINGS, 1);
        Exchange exchange = new Exchange(2);
        try (ExecutorService ranks = Executors.newFixedThreadPool(2)) {
            List<Future<TrainingSession>> done = new ArrayList<>();
            for (int rank = 0; rank < 2; rank++) {
                int r = rank;
                done.add(ranks.submit(() -> {
                    Device own = new CpuDevice(1);
                    Weights weights = new Weights(config.model(), own);
                    weights.flat()
                            .slice()
                            .copyFrom(Numbers.livelyParameters(config.model().parameters(), 2));
                    TrainingSession session = new TrainingSession(
                            weights, KernelChoices.defaults(own), 2, new MicroSteps(r, 2, 2), exchange.rank(r));
                    float got =
                            session.gradients(new int[][] {halves(tokens)[r]}, new int[][] {halves(targets)[r]}, 3, 9);
                    assertThat(got).isEqualTo(loss);
                    assertThat(session.gradientNorm()).isEqualTo(norm);
                    session.update(SETTINGS, 1);
                    return session;
                }));
            }
            for (Future<TrainingSession> rank : done) {
                assertThat(Numbers.values(rank.get().gradients())).isEqualTo(Numbers.values(all.gradients()));
                assertThat(Numbers.values(rank.get().weights().flat()))
                        .isEqualTo(Numbers.values(all.weights().flat()));
            }
        }
    }

    /** Adds what all ranks bring, in their order. */
    private static final class Exchange {
        private final float[][] gradients;
        private final double[] losses;
        private final CyclicBarrier barrier;

        Exchange(int ranks) {
            gradients = new float[ranks][];
            losses = new double[ranks];
            barrier = new CyclicBarrier(ranks);
        }

        GradientReducer rank(int rank) {
            return (slice, loss) -> {
                gradients[rank] = slice.toArray();
                losses[rank] = loss;
                await();
                float[] sum = gradients[0].clone();
                double total = losses[0];
                for (int r = 1; r < gradients.length; r++) {
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += gradients[r][i];
                    }
                    total += losses[r];
                }
                await();
                slice.copyFrom(sum);
                return total;
            };
        }

        private void await() {
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void withOneMicroStepThereIsNoMemoryForASum() {
        assertThat(session(CONFIG, 2, 1).stepPrograms()).hasSize(4);
        assertThat(session(CONFIG, 2, 3).stepPrograms()).hasSize(3 * 3 + 2);
    }

    @Test
    void gradientsBeginAtZeroEachTime() {
        TrainingSession session = session(CONFIG, 2, 1);
        int[][] tokens = {tokens(2 * T)};
        session.gradients(tokens, tokens, 1, 1);
        float[] once = Numbers.values(session.gradients());
        session.gradients(tokens, tokens, 1, 1);
        assertThat(Numbers.values(session.gradients())).isEqualTo(once);
    }

    @Test
    void dropoutIsDecidedBySeedStepAndMicroStep() {
        TrainingSession session = session(CONFIG.withDropout(0.4f), 2, 1);
        int[][] tokens = {tokens(2 * T)};
        float loss = session.gradients(tokens, tokens, 3, 9);
        float[] gradients = Numbers.values(session.gradients());
        assertThat(session.gradients(tokens, tokens, 4, 9)).isNotEqualTo(loss);
        assertThat(session.gradients(tokens, tokens, 3, 10)).isNotEqualTo(loss);
        assertThat(session.gradients(tokens, tokens, 3, 9 + (1L << 32))).isNotEqualTo(loss);
        assertThat(session.gradients(tokens, tokens, 3, 9)).isEqualTo(loss);
        assertThat(Numbers.values(session.gradients())).isEqualTo(gradients);

        TrainingSession twice = session(CONFIG.withDropout(0.4f), 2, 2);
        float both = twice.gradients(new int[][] {tokens[0], tokens[0]}, new int[][] {tokens[0], tokens[0]}, 3, 9);
        assertThat(both).isNotEqualTo(loss);
    }

    @Test
    void evaluationHasNoDropoutAndLeavesGradientsAlone() {
        TrainingSession dropping = session(CONFIG.withDropout(0.4f), 2, 1);
        TrainingSession keeping = session(CONFIG, 2, 1);
        int[] tokens = tokens(2 * T);
        dropping.gradients(new int[][] {tokens}, new int[][] {tokens}, 1, 1);
        float[] gradients = Numbers.values(dropping.gradients());
        assertThat(dropping.evaluate(tokens, tokens)).isEqualTo(keeping.evaluate(tokens, tokens));
        assertThat(Numbers.values(dropping.gradients())).isEqualTo(gradients);
        float trained = keeping.gradients(new int[][] {tokens}, new int[][] {tokens}, 1, 1);
        Numbers.assertClose("loss", keeping.evaluate(tokens, tokens), trained, 1e-6);
    }

    @Test
    void withoutDropoutNoBranchGradientIsCopied() {
        assertThat(nodes(session(CONFIG, 2, 1), "gradients"))
                .noneMatch(n -> n.operation().equals("residual") && n.phase().equals("backward"));
        assertThat(nodes(session(CONFIG.withDropout(0.1f), 2, 1), "gradients"))
                .filteredOn(n -> n.operation().equals("residual") && n.phase().equals("backward"))
                .hasSize(2 * CONFIG.layers());
    }

    private static List<Node> nodes(TrainingSession session, String program) {
        return session.workspace().nodes(program).nodes();
    }

    @Test
    void layersRecordTheSameCalls() {
        TrainingSession session = session(CONFIG.withDropout(0.1f), 2, 1);
        for (String program : List.of("gradients", "evaluate")) {
            for (String section : List.of("layer.forward", "layer.backward")) {
                assertThat(calls(session, program, section, 1)).isEqualTo(calls(session, program, section, 0));
            }
            assertThat(calls(session, program, "layer.forward", 0)).isNotEmpty();
        }
        assertThat(calls(session, "gradients", "layer.backward", 0)).isNotEmpty();
    }

    private static List<String> calls(TrainingSession session, String program, String section, int index) {
        return nodes(session, program).stream()
                .filter(n -> n.section().equals(section) && n.index() == index)
                .map(n -> n.operation() + "." + n.phase() + "." + n.variant() + " "
                        + n.writes().stream().map(Tensor::shape).toList()
                        + n.reads().stream().map(Tensor::shape).toList())
                .toList();
    }

    @Test
    void trainingLowersTheLossOfGptAndBigram() {
        for (ModelConfig config : List.of(CONFIG, new BigramConfig(V, T))) {
            TrainingSession session = new TrainingSession(config.model(), KernelChoices.defaults(device), 4, 1);
            session.initialise(1);
            int[] tokens = new int[4 * T];
            int[] targets = new int[4 * T];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = i % V;
                targets[i] = (i + 1) % V;
            }
            float first = session.evaluate(tokens, targets);
            Numbers.assertClose("first loss", first, Math.log(V), 0.01);
            for (int step = 1; step <= 120; step++) {
                session.gradients(new int[][] {tokens}, new int[][] {targets}, step, 1);
                session.update(new AdamWSettings(0.03f, 0.9f, 0.99f, 1e-8f, 0, 1f), step);
            }
            assertThat(session.evaluate(tokens, targets)).isLessThan(0.1f);
            int[] text = new Generator(new InferenceSession(session.weights(), KernelChoices.defaults(device), true))
                    .generate(new int[] {0}, 2 * V, Sampling.greedy());
            for (int i = 0; i < text.length; i++) {
                assertThat(text[i]).isEqualTo((i + 1) % V);
            }
        }
    }

    @Test
    void clippingUsesTheNormOfTheseGradients() {
        int[][] tokens = {tokens(2 * T)};
        TrainingSession asked = session(CONFIG, 2, 1);
        TrainingSession unasked = session(CONFIG, 2, 1);
        for (int step = 1; step <= 2; step++) {
            asked.gradients(tokens, tokens, step, 1);
            assertThat(asked.gradientNorm()).isPositive();
            asked.update(SETTINGS, step);
            unasked.gradients(tokens, tokens, step, 1);
            unasked.update(SETTINGS, step);
        }
        assertThat(Numbers.values(unasked.weights().flat()))
                .isEqualTo(Numbers.values(asked.weights().flat()));
    }

    private InferenceSession inference(boolean cached) {
        return new InferenceSession(session(CONFIG, 2, 1).weights(), KernelChoices.defaults(device), cached);
    }

    @Test
    void logitsDoNotDependOnWhatFollows() {
        InferenceSession session = inference(false);
        int[] context = tokens(T);
        float[] full = session.logits(context);
        float[] prefix = session.logits(Arrays.copyOf(context, 3));
        session.logits(context);
        assertThat(session.logits(Arrays.copyOf(context, 3))).isEqualTo(prefix);
        assertThat(prefix).isNotEqualTo(full);
        assertThat(padded(context, 3, 0)).isEqualTo(prefix);
        assertThat(padded(context, 3, 6)).isEqualTo(prefix);
    }

    /** The logits after {@code length} tokens with the rest of the block filled with {@code padding}. */
    private float[] padded(int[] context, int length, int padding) {
        Weights weights = session(CONFIG, 2, 1).weights();
        LanguageModel model = weights.model();
        Workspace workspace = new Workspace(KernelChoices.defaults(device));
        workspace.share(weights.flat());
        IntTensor tokens = workspace.intInput("tokens", T);
        IntTensor last = workspace.intInput("last", 1);
        Tensor logits = workspace.output("logits", 1, V);
        Context whole = Context.evaluation(1, T, weights.parameters(), null);
        workspace.record("logits", recorder -> model.recordLogits(recorder, whole, tokens, last, logits));
        workspace.build();
        int[] filled = context.clone();
        Arrays.fill(filled, length, T, padding);
        tokens.copyFrom(filled);
        last.copyFrom(new int[] {length - 1});
        workspace.program("logits").run();
        return Numbers.values(logits);
    }

    /** Kept keys and values are multiplied row by row, so sums are added in another order. */
    @Test
    void keptKeysAndValuesGiveTheSamePrediction() {
        int[] context = tokens(4);
        assertThat(inference(true).logits(context))
                .containsExactly(inference(false).logits(context), within(1e-5f));
    }

    @Test
    void aSharedModelIsTrainedAndSampledAtOnce() {
        TrainingSession training = session(CONFIG, 2, 1);
        int[][] tokens = {tokens(2 * T)};
        int[] context = tokens(3);
        for (boolean cached : new boolean[] {true, false}) {
            InferenceSession sampling =
                    new InferenceSession(training.weights(), KernelChoices.defaults(device), cached);
            float[] before = sampling.logits(context);
            training.gradients(tokens, tokens, 1, 1);
            training.update(SETTINGS, 1);
            float[] after = sampling.logits(context);
            assertThat(after).isNotEqualTo(before);
            assertThat(after)
                    .isEqualTo(new InferenceSession(training.weights(), KernelChoices.defaults(device), cached)
                            .logits(context));
        }
    }

    @Test
    void diagnoseNamesWhereNumbersGoWrong() {
        TrainingSession session = session(CONFIG, 2, 1);
        int[][] tokens = {tokens(2 * T)};
        assertThat(session.diagnose(tokens, tokens, 1, 1)).isEmpty();
        ParameterLayout layout = CONFIG.model().parameters();
        layout.tensor("h.1.mlp.c_fc.weight", session.weights().flat()).slice().set(5, 3e38f);
        layout.tensor("h.1.mlp.c_fc.weight", session.weights().flat()).slice().set(11, 3e38f);
        layout.tensor("h.1.mlp.c_proj.weight", session.weights().flat()).slice().set(0, 1e30f);
        assertThat(session.diagnose(tokens, tokens, 1, 1).orElseThrow()).contains("h.1.mlp.");
        layout.tensor("h.0.ln_2.bias", session.weights().flat()).slice().set(1, Float.NaN);
        assertThat(session.diagnose(tokens, tokens, 1, 1)).contains("parameter h.0.ln_2.bias");
    }

    @Test
    void wrongInputsAreErrors() {
        TrainingSession session = session(CONFIG, 2, 1);
        int[] good = tokens(2 * T);
        int[] bad = good.clone();
        bad[3] = V;
        assertThatThrownBy(() -> session.evaluate(bad, good))
                .hasMessage("tokens: token 7 at 3 lies outside a vocabulary of 7");
        assertThatThrownBy(() -> session.evaluate(good, new int[3])).hasMessage("targets: expected 10 tokens, got 3");
        assertThatThrownBy(() -> session.gradients(new int[][] {good, good}, new int[][] {good}, 1, 1))
                .hasMessageContaining("expected 1 micro-steps, got 2");
        assertThatThrownBy(() -> inference(true).logits(new int[0]))
                .hasMessage("a context must have 1 to 5 tokens, got 0");
        assertThatThrownBy(() -> inference(false).logits(new int[T + 1])).hasMessageContaining("got 6");
        assertThatThrownBy(() -> session.update(SETTINGS, 0)).hasMessageContaining("step");
        assertThatThrownBy(() -> new AdamWSettings(Float.NaN, 0.9f, 0.9f, 1e-8f, 0, 0))
                .hasMessageContaining("learningRate");
    }
}
