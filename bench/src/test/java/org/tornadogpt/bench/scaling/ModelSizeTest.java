package org.tornadogpt.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Presets;
import org.tornadogpt.trainer.settings.UsageException;

class ModelSizeTest {
    @ParameterizedTest
    @CsvSource({"16,1,1", "32,1,1", "48,2,1", "64,2,2", "80,3,2", "96,3,3", "128,4,4", "384,12,12", "34,1,1"})
    void layersAndHeadsFollowChannels(int channels, int layers, int heads) {
        ModelSize size = new ModelSize(channels);
        assertThat(size.layers()).isEqualTo(layers);
        assertThat(size.heads()).isEqualTo(heads);
    }

    @Test
    void theRateFallsWithTheRootOfChannels() {
        assertThat(new ModelSize(128).learningRate()).isCloseTo(2e-3, within(1e-12));
        assertThat(new ModelSize(32).learningRate()).isCloseTo(4e-3, within(1e-12));
    }

    @Test
    void countsParametersAsTheModelDoes() {
        GptConfig kernelCpu = (GptConfig) Presets.find("kernel-cpu");
        assertThat(new ModelSize(128).parametersLike(kernelCpu)).isEqualTo(832_607);
    }

    @Test
    void refusesOddSizes() {
        assertThatThrownBy(() -> new ModelSize(33)).hasMessageContaining("even");
    }

    @ParameterizedTest
    @CsvSource({"100k,100000", "2m,2000000", "1.5M,1500000", "4096,4096"})
    void readsBudgets(String text, long tokens) {
        assertThat(ScalingCommand.tokens(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({"k", "x", "0", "-3k", "NaN"})
    void refusesOtherBudgets(String text) {
        assertThatThrownBy(() -> ScalingCommand.tokens(text)).isInstanceOf(UsageException.class);
    }
}
