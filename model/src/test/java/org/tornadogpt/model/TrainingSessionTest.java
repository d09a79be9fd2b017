package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

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
        session.parameters()
                .slice()
                .copyFrom(Numbers.livelyParameters(config.model().parameters(), 2));
        return session;
    }

    private int[] tokens(int count) {
        return Numbers.tokens(random, count, V);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void onFewCoresTheFirstRunsLeaveTheOthersToTheCompilers(int threads) {
        ModelConfig config =
                new BigramConfig(2000, 50); // with 4 examples 0.8 billion multiply-adds, as they are counted
        int[] zeros = new int[4 * 50];
        List<String> calls = new ArrayList<>();
        try (Device listening = Listening.to(new CpuDevice(threads), calls);
                TrainingSession session =
                        new TrainingSession(config.model(), KernelChoices.defaults(listening), 4, 1)) {
            session.evaluate(zeros, zeros);
            for (int step = 0; step < 3; step++) {
                session.gradients(new int[][] {zeros}, new int[][] {zeros}, step, 1);
            }
            session.evaluate(zeros, zeros);
        }
        calls.removeIf(call -> call.startsWith("zero."));
        String alone = threads == 2 ? "runAlone" : "run";
        assertThat(calls)
                .containsExactly(
                        "evaluate." + alone,
                        "gradients." + alone,
                        "gradients." + alone,
                        "gradients.run",
                        "evaluate.run");
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
        for (String program : List.of("gradients", "evaluate", "logits")) {
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
            int[] text = new Generator(session).generate(new int[] {0}, 2 * V, Sampling.greedy());
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
        assertThat(Numbers.values(unasked.parameters())).isEqualTo(Numbers.values(asked.parameters()));
    }

    @Test
    void logitsDoNotDependOnWhatFollows() {
        TrainingSession session = session(CONFIG, 2, 1);
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
        LanguageModel model = CONFIG.model();
        Workspace workspace = new Workspace(KernelChoices.defaults(device));
        Tensor parameters = workspace.state("parameters", model.parameters().size());
        parameters.slice().copyFrom(Numbers.livelyParameters(model.parameters(), 2));
        IntTensor tokens = workspace.intInput("tokens", T);
        IntTensor last = workspace.intInput("last", 1);
        Tensor logits = workspace.output("logits", 1, V);
        workspace.record("logits", ops -> model.recordLogits(ops, tokens, last, parameters, logits));
        workspace.build();
        int[] filled = context.clone();
        Arrays.fill(filled, length, T, padding);
        tokens.copyFrom(filled);
        last.copyFrom(new int[] {length - 1});
        workspace.program("logits").run();
        return Numbers.values(logits);
    }

    @Test
    void inferenceSessionPredictsTheSame() {
        TrainingSession training = session(CONFIG, 2, 1);
        int[] context = tokens(4);
        float[] expected = training.logits(context);
        try (InferenceSession inference = new InferenceSession(CONFIG.model(), KernelChoices.defaults(device), false)) {
            inference.parameters().slice().copyFrom(Numbers.values(training.parameters()));
            assertThat(inference.logits(context)).isEqualTo(expected);
        }
        try (InferenceSession inference = new InferenceSession(CONFIG.model(), KernelChoices.defaults(device), true)) {
            inference.parameters().slice().copyFrom(Numbers.values(training.parameters()));
            // kept keys and values are multiplied row by row, so sums are added in another order
            assertThat(inference.logits(context)).containsExactly(expected, within(1e-5f));
        }
    }

    @Test
    void diagnoseNamesWhereNumbersGoWrong() {
        TrainingSession session = session(CONFIG, 2, 1);
        int[][] tokens = {tokens(2 * T)};
        assertThat(session.diagnose(tokens, tokens, 1, 1)).isEmpty();
        ParameterLayout layout = CONFIG.model().parameters();
        layout.tensor("h.1.mlp.c_fc.weight", session.parameters()).slice().set(5, 3e38f);
        layout.tensor("h.1.mlp.c_fc.weight", session.parameters()).slice().set(11, 3e38f);
        layout.tensor("h.1.mlp.c_proj.weight", session.parameters()).slice().set(0, 1e30f);
        assertThat(session.diagnose(tokens, tokens, 1, 1).orElseThrow()).contains("h.1.mlp.");
        layout.tensor("h.0.ln_2.bias", session.parameters()).slice().set(1, Float.NaN);
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
        assertThatThrownBy(() -> session.logits(new int[0])).hasMessage("a context must have 1 to 5 tokens, got 0");
        assertThatThrownBy(() -> session.logits(new int[T + 1])).hasMessageContaining("got 6");
        assertThatThrownBy(() -> session.update(SETTINGS, 0)).hasMessageContaining("step");
        assertThatThrownBy(() -> new AdamWSettings(Float.NaN, 0.9f, 0.9f, 1e-8f, 0, 0))
                .hasMessageContaining("learningRate");
    }
}
