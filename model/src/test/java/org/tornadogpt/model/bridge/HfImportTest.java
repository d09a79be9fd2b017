package org.tornadogpt.model.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;
import org.tornadogpt.model.tokenizer.Tokenizers;

/** The folders under {@code bridge} are from tools/bridge/make_models.py, the logits in them from transformers. */
class HfImportTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path temp;

    private static Path resource(String name) {
        try {
            return Path.of(HfImportTest.class.getResource("/bridge/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private Path copy(String name) throws IOException {
        Path folder = Files.createDirectories(temp.resolve(name));
        try (Stream<Path> files = Files.list(resource(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "llama-f16"})
    void logitsAndTokensAreThoseOfTransformers(String name) throws IOException {
        check(
                resource(name),
                JSON.readTree(resource(name).resolve("logits.json").toFile()));
    }

    /** What comes in goes out as the same, and comes in again. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "llama-f16"})
    void anExportedFolderIsImportedAsTheSameModel(String name) throws IOException {
        Path out = temp.resolve("out");
        try (HfImport imported = HfImport.open(resource(name), null, 0);
                KernelChoices kernels = kernels()) {
            Weights weights = new Weights(imported.config().model(), kernels.device());
            imported.load(weights);
            HfFolder.write(out, imported.config(), imported.tokenizer(), weights.parameters());
            assertThatThrownBy(() -> HfFolder.write(out, imported.config(), imported.tokenizer(), weights.parameters()))
                    .hasMessageContaining("is not empty");
        }
        check(out, JSON.readTree(resource(name).resolve("logits.json").toFile()));
    }

    private static KernelChoices kernels() {
        return KernelChoices.defaults(new SequentialDevice());
    }

    private static void check(Path folder, JsonNode expected) throws IOException {
        try (HfImport imported = HfImport.open(folder, null, 0);
                KernelChoices kernels = kernels()) {
            Weights weights = new Weights(imported.config().model(), kernels.device());
            imported.load(weights);
            InferenceSession session = new InferenceSession(weights, kernels, true);
            for (int i = 0; i < expected.path("prompts").size(); i++) {
                int[] prompt = JSON.treeToValue(expected.path("prompts").path(i), int[].class);
                float[] logits = session.logits(prompt);
                assertThat(logits).hasSize(expected.path("logits").path(i).size());
                for (int v = 0; v < logits.length; v++) {
                    double theirs = expected.path("logits").path(i).path(v).asDouble();
                    assertThat((double) logits[v])
                            .as("logit %d of prompt %d", v, i)
                            .isCloseTo(theirs, within(2e-5));
                }
            }
            int[] tokens = JSON.treeToValue(expected.path("tokens"), int[].class);
            assertThat(imported.tokenizer().encode(expected.path("text").asText()))
                    .isEqualTo(tokens);
        }
    }

    @Test
    void aModelMayHaveMoreRowsThanItsTokenizer() throws IOException {
        try (HfImport imported = HfImport.open(resource("gpt2"), null, 5)) {
            assertThat(imported.config().vocabularySize()).isLessThan(304);
            assertThat(imported.config().blockSize()).isEqualTo(5);
            assertThat(imported.notes()).hasSize(2).first().asString().contains("rows for 304 tokens");
        }
        assertThatThrownBy(() -> HfImport.open(resource("gpt2"), null, 13)).hasMessageContaining("it cannot be 13");
        assertThatThrownBy(() -> HfImport.open(resource("gpt2"), Tokenizers.find("gpt2"), 0))
                .hasMessageContaining("has 50257 tokens, the model 304");
    }

    @ParameterizedTest
    @CsvSource({
        "llama, rope_scaling, '{\"rope_type\":\"llama3\",\"factor\":8}', rope_scaling",
        "llama, sliding_window, 4096, sliding_window",
        "llama, head_dim, 8, head_dim 8",
        "llama, hidden_act, '\"gelu\"', hidden_act gelu",
        "llama, model_type, '\"qwen3\"', model of type qwen3",
        "llama, num_hidden_layers, 2000000000, cannot be imported",
        "llama, hidden_size, 2000000000, head_dim",
        "llama, intermediate_size, 41, 'has shape [40, 24]'",
        "llama, num_hidden_layers, 1, no tensor model.layers.1",
        "llama, num_hidden_layers, 3, no tensor model.layers.2",
        "llama, num_attention_heads, 0, not a number of at least 1",
        "gpt2, activation_function, '\"silu\"', activation_function silu",
        "gpt2, scale_attn_by_inverse_layer_idx, true, scale_attn_by_inverse_layer_idx=true",
        "gpt2, n_positions, 13, 'has shape [12, 20]'"
    })
    void whatCannotBeDoneIsRefusedByName(String name, String key, String value, String reason) throws IOException {
        Path folder = copy(name);
        ObjectNode config =
                (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
        config.set(key, JSON.readTree(value));
        if (key.equals("rope_scaling")) {
            config.remove("rope_parameters");
        }
        JSON.writeValue(folder.resolve("config.json").toFile(), config);
        assertThatThrownBy(() -> HfImport.open(folder, null, 0).close()).hasMessageContaining(reason);
    }

    @Test
    void foldersThatLackSomethingAreErrorsOfOneLine() throws IOException {
        Path folder = copy("llama");
        assertThatThrownBy(() -> HfImport.open(temp.resolve("nowhere"), null, 0))
                .hasMessageContaining("no config.json");
        JsonNode index =
                JSON.readTree(folder.resolve("model.safetensors.index.json").toFile());
        String shard = index.path("weight_map").path("model.norm.weight").asText();
        Files.move(folder.resolve(shard), temp.resolve("away"));
        assertThatThrownBy(() -> HfImport.open(folder, null, 0)).hasMessageContaining("no " + shard);
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"x\":\"../away\"}}");
        assertThatThrownBy(() -> HfImport.open(folder, null, 0)).hasMessageContaining("no ../away");
        Path gpt2 = copy("gpt2");
        Files.delete(gpt2.resolve("tokenizer.json"));
        assertThatThrownBy(() -> HfImport.open(gpt2, null, 0)).hasMessageContaining("--tokenizer gpt2");
    }

    @Test
    void aModelThatOtherProgramsDoNotKnowIsRefusedAndNothingWritten() throws IOException {
        for (Map.Entry<String, ModelConfig> entry : Map.of(
                        "headBias=true", Presets.find("kernel-cpu"),
                        "kind bigram", Presets.find("bigram"),
                        "norm=layernorm",
                                ((GptConfig) Presets.find("modern"))
                                        .toBuilder().norm(Norm.Kind.LAYERNORM).build(),
                        "activation=relu",
                                ((GptConfig) Presets.find("modern"))
                                        .toBuilder()
                                                .activation(FeedForward.Kind.RELU)
                                                .build())
                .entrySet()) {
            assertThatThrownBy(
                            () -> HfFolder.write(temp.resolve("out"), entry.getValue(), Tokenizers.find("byte"), null))
                    .hasMessageContaining(entry.getKey());
        }
        GptConfig gelu = GptConfig.builder(256, 8, 8, 2, 1).build();
        assertThatThrownBy(() -> GgufFile.check(gelu, Tokenizers.find("byte")))
                .hasMessageContaining("activation=gelu ");
        GptConfig tanh = gelu.toBuilder().activation(FeedForward.Kind.GELU_TANH).build();
        assertThatThrownBy(() -> GgufFile.check(tanh, Tokenizers.of("char", "abc")))
                .hasMessageContaining("tokenizer");
        assertThat(List.of(temp.toFile().list())).isEmpty();
    }
}
