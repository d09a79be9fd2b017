package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.model.layer.FeedForward;

class GptConfigTest {
    private static final GptConfig CONFIG = GptConfig.builder(7, 5, 6, 3, 2).build();

    @ParameterizedTest
    @CsvSource({
        "quote, 103821",
        "kernel-cpu, 832607",
        "modern, 795904",
        "kernel-gpu, 10819689",
        "shakespeare, 10788929",
        "shakespeare-tied, 10761600",
        "gpt2, 124439808",
        "bigram, 4225"
    })
    void presetsHaveExactlyTheParametersTheyShould(String preset, int parameters) {
        assertThat(Presets.find(preset).model().parameters().size()).isEqualTo(parameters);
    }

    @Test
    void everyPresetIsCountedAbove() {
        assertThat(Presets.names())
                .containsExactly(
                        "quote",
                        "kernel-cpu",
                        "modern",
                        "kernel-gpu",
                        "shakespeare",
                        "shakespeare-tied",
                        "gpt2",
                        "bigram");
    }

    /** As versions before rotary positions wrote it. */
    @Test
    void settingsThatCameLaterHaveDefaults() {
        String old = """
                {"kind": "gpt", "vocabularySize": 7, "blockSize": 5, "channels": 6, "heads": 3, "kvHeads": 3, "layers": 2,
                 "mlpHidden": 24, "positions": "learned", "norm": "layernorm", "activation": "gelu", "qkvBias": true,
                 "projectionBias": true, "mlpBias": true, "headBias": false, "tiedHead": false, "dropout": 0.0}
                """;
        assertThat(ModelConfig.fromJson(old)).isEqualTo(CONFIG);
        assertThatThrownBy(() -> ModelConfig.fromJson(old.replace("\"layers\": 2,", "")))
                .hasMessageContaining("layers");
    }

    @Test
    void anUnknownPresetIsNamedWithThoseThatExist() {
        assertThatThrownBy(() -> Presets.find("gpt9"))
                .hasMessageContaining("gpt9")
                .hasMessageContaining("kernel-cpu");
    }

    @Test
    void everyPresetSurvivesJson() {
        for (String name : Presets.names()) {
            ModelConfig config = Presets.find(name);
            assertThat(ModelConfig.fromJson(config.toJson())).isEqualTo(config);
        }
    }

    @Test
    void jsonIsReadable() {
        assertThat(CONFIG.toJson())
                .contains(
                        "\"kind\" : \"gpt\"",
                        "\"activation\" : \"gelu\"",
                        "\"positions\" : \"learned\"",
                        "\"tiedHead\" : false");
    }

    @Test
    void unknownMissingAndImpossibleSettingsAreErrors() {
        assertThatThrownBy(() -> ModelConfig.fromJson(CONFIG.toJson().replace("\"layers\"", "\"layer\"")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer");
        assertThatThrownBy(() -> ModelConfig.fromJson(CONFIG.toJson().replace("\"layers\" : 2,", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers");
        assertThatThrownBy(() -> ModelConfig.fromJson(CONFIG.toJson().replace("\"heads\" : 3", "\"heads\" : 4")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heads must divide channels, got 4 heads and 6 channels");
        assertThatThrownBy(() -> ModelConfig.fromJson("nonsense")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false, false, false",
        "true, false, false, true, false",
        "false, true, false, false, true",
        "true, true, true, true, true"
    })
    void countsParametersAsTheModelDeclaresThem(
            boolean qkv, boolean projection, boolean mlp, boolean head, boolean tied) {
        GptConfig c = GptConfig.builder(11, 7, 12, 6, 3)
                .kvHeads(2)
                .mlpHidden(13)
                .qkvBias(qkv)
                .projectionBias(projection)
                .mlpBias(mlp)
                .headBias(head)
                .tiedHead(tied)
                .build();
        double counted = GptConfig.parameters(
                11, 7, 12, c.packedWidth(), 3, 13, one(qkv), one(projection), one(mlp), one(head), one(!tied));
        assertThat(counted).isEqualTo(c.model().parameters().size());
    }

    private static double one(boolean present) {
        return present ? 1 : 0;
    }

    /** No int overflows on the way, and no list of a billion layers is made. */
    @Test
    void sizesThatNoArrayHoldsAreRefusedWithParametersAndMemory() {
        int huge = Integer.MAX_VALUE;
        assertThatThrownBy(() -> GptConfig.builder(13, 32, 27_000, 4, 2).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a model of 17,498,322,000 parameters, which training needs 261 GiB for, cannot be made:"
                        + " one array holds at most 536,870,895");
        assertRefused(() -> GptConfig.builder(13, 32, 64, 4, huge).build());
        assertRefused(() -> GptConfig.builder(huge, 32, 64, 4, 1).build());
        assertRefused(() -> GptConfig.builder(13, huge, 64, 4, 1).build());
        assertRefused(() -> GptConfig.builder(13, 32, 64, 4, 1).mlpHidden(huge).build());
        assertRefused(() -> new GptConfig(
                huge,
                huge,
                huge,
                1,
                1,
                huge,
                huge,
                CONFIG.positions(),
                CONFIG.ropeTheta(),
                CONFIG.norm(),
                CONFIG.normEpsilon(),
                CONFIG.activation(),
                true,
                true,
                true,
                true,
                false,
                0));
        assertRefused(() -> new BigramConfig(huge, 8));
    }

    private static void assertRefused(ThrowingCallable make) {
        assertThatThrownBy(make)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "a model of [0-9,]+ parameters, which training needs [0-9,]+ GiB for, cannot be made: .*");
    }

    @Test
    void constructorNamesWhatIsWrong() {
        assertThatThrownBy(() -> CONFIG.withVocabulary(0)).hasMessage("vocabularySize must be positive, got 0");
        assertThatThrownBy(() -> CONFIG.withDropout(1f)).hasMessage("dropout must be in [0, 1), got 1.0");
        assertThatThrownBy(() -> CONFIG.withDropout(Float.NaN)).hasMessageContaining("dropout");
        assertThatThrownBy(() -> CONFIG.toBuilder().kvHeads(2).build())
                .hasMessageContaining("kvHeads must divide heads");
        assertThatThrownBy(() -> new BigramConfig(3, 0)).hasMessage("blockSize must be positive, got 0");
    }

    @Test
    void settingsCanBeReplacedByText() {
        GptConfig expected = CONFIG.toBuilder()
                .dropout(0.25f)
                .activation(FeedForward.Kind.RELU)
                .tiedHead(true)
                .blockSize(9)
                .build();
        assertThat(CONFIG.with(Map.of("dropout", "0.25", "activation", "relu", "tiedHead", "true", "blockSize", "9")))
                .isEqualTo(expected);
    }

    @Test
    void settingsThatDoNotFitAreErrors() {
        assertThatThrownBy(() -> CONFIG.with(Map.of("dropuot", "0")))
                .hasMessageContaining("unknown setting 'dropuot'")
                .hasMessageContaining("dropout");
        assertThatThrownBy(() -> CONFIG.with(Map.of("layers", "2.5"))).hasMessage("layers: '2.5' is not an integer");
        assertThatThrownBy(() -> CONFIG.with(Map.of("tiedHead", "ja"))).hasMessageContaining("neither true nor false");
        assertThatThrownBy(() -> CONFIG.with(Map.of("activation", "sine")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sine");
        assertThatThrownBy(() -> CONFIG.with(Map.of("kind", "bigram"))).hasMessageContaining("unknown setting");
        assertThatThrownBy(() -> CONFIG.with(Map.of("heads", "4"))).hasMessageContaining("heads must divide channels");
    }
}
