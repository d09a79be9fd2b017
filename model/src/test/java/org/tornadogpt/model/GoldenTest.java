package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.ParameterLayout;

/** Tiny GPTs against PyTorch in double precision; the files are made by {@code tools/golden/make_golden.py}. */
class GoldenTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @CsvSource({
        "relu-untied, sequential",
        "tanh-tied, sequential",
        "modern, sequential",
        "relu-untied, cpu",
        "tanh-tied, cpu",
        "modern, cpu"
    })
    void agreesWithPyTorch(String name, String deviceName) throws Exception {
        JsonNode golden = Json.readObject(Files.readString(file(name + ".json")));
        LanguageModel model =
                ModelConfig.fromJson(golden.get("config").toString()).model();
        try (Device device = Devices.open(deviceName, 2);
                SafeTensors tensors = SafeTensors.open(file(name + ".safetensors"))) {
            TrainingSession session = new TrainingSession(
                    model, KernelChoices.defaults(device), golden.get("batch").asInt(), 1);
            for (ParameterLayout.Parameter p : model.parameters().all()) {
                assertThat(tensors.entry("initial." + p.name()).shape()).isEqualTo(p.shape());
                tensors.copyInto(
                        "initial." + p.name(),
                        slice(session, p, session.weights().flat()));
            }
            session.weights().changed();
            checkLogits(
                    new InferenceSession(session.weights(), KernelChoices.defaults(device), false), golden, tensors);
            checkLogits(new InferenceSession(session.weights(), KernelChoices.defaults(device), true), golden, tensors);
            checkSteps(session, golden, tensors);
        }
    }

    private static void checkLogits(LogitsSource session, JsonNode golden, SafeTensors tensors) throws IOException {
        int T = session.model().blockSize();
        int V = session.model().vocabularySize();
        float[] expected = read(tensors, "logits");
        int[] tokens = ints(golden.get("tokens").get(0));
        for (int n = 0; n < tokens.length; n++) {
            int[] context = Arrays.copyOfRange(tokens, n / T * T, n + 1);
            double[] row = Numbers.doubles(Arrays.copyOfRange(expected, n * V, (n + 1) * V));
            Numbers.assertClose("logits of row " + n, session.logits(context), row, TOLERANCE);
        }
    }

    private static void checkSteps(TrainingSession session, JsonNode golden, SafeTensors tensors) throws IOException {
        for (int i = 0; i < golden.get("losses").size(); i++) {
            int[] tokens = ints(golden.get("tokens").get(i));
            int[] targets = ints(golden.get("targets").get(i));
            double loss = golden.get("losses").get(i).asDouble();
            Numbers.assertClose("evaluation", session.evaluate(tokens, targets), loss, TOLERANCE);
            Numbers.assertClose(
                    "loss", session.gradients(new int[][] {tokens}, new int[][] {targets}, i + 1L, 0), loss, TOLERANCE);
            if (i == 0) {
                check(session, session.gradients(), "gradient.", tensors);
            }
            Numbers.assertClose(
                    "norm", session.gradientNorm(), golden.get("norms").get(i).asDouble(), TOLERANCE);
            session.update(settings(golden.get("training"), i), i + 1L);
        }
        check(session, session.weights().flat(), "final.", tensors);
    }

    private static AdamWSettings settings(JsonNode training, int i) {
        return new AdamWSettings(
                training.get("learningRates").get(i).floatValue(),
                training.get("beta1").floatValue(),
                training.get("beta2").floatValue(),
                training.get("epsilon").floatValue(),
                training.get("weightDecay").floatValue(),
                training.get("maxNorm").floatValue());
    }

    private static void check(TrainingSession session, Tensor flat, String prefix, SafeTensors tensors)
            throws IOException {
        session.workspace().toHost(flat);
        for (ParameterLayout.Parameter p : session.model().parameters().all()) {
            double[] expected = Numbers.doubles(read(tensors, prefix + p.name()));
            Numbers.assertClose(prefix + p.name(), slice(session, p, flat).toArray(), expected, TOLERANCE);
        }
    }

    private static Slice slice(TrainingSession session, ParameterLayout.Parameter p, Tensor flat) {
        return session.model().parameters().tensor(p.name(), flat).slice();
    }

    private static float[] read(SafeTensors tensors, String name) throws IOException {
        Slice slice = Slice.allocate((int) tensors.entry(name).elements());
        tensors.copyInto(name, slice);
        return slice.toArray();
    }

    private static int[] ints(JsonNode list) {
        int[] values = new int[list.size()];
        Arrays.setAll(values, i -> list.get(i).intValue());
        return values;
    }

    private static Path file(String name) throws URISyntaxException {
        return Path.of(GoldenTest.class.getResource("/golden/" + name).toURI());
    }
}
