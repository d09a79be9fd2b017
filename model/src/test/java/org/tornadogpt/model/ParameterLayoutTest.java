package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.ParameterLayout.Parameter;
import org.tornadogpt.model.layer.Parameters;

class ParameterLayoutTest {
    private static final GptConfig CONFIG =
            GptConfig.builder(7, 5, 6, 3, 3).headBias(true).build();

    private static Tensor flat(ParameterLayout layout) {
        return Tensor.of("parameters", Slice.allocate(layout.size()), layout.size());
    }

    @Test
    void namesAreThoseOfGpt2() {
        assertThat(CONFIG.model().parameters().all().stream().map(Parameter::name))
                .contains(
                        "wte.weight",
                        "wpe.weight",
                        "h.0.ln_1.weight",
                        "h.0.ln_1.bias",
                        "h.2.attn.c_attn.weight",
                        "h.2.attn.c_attn.bias",
                        "h.1.attn.c_proj.weight",
                        "h.1.mlp.c_fc.weight",
                        "h.1.mlp.c_proj.bias",
                        "ln_f.weight",
                        "lm_head.weight",
                        "lm_head.bias");
        assertThat(CONFIG.model().parameters().find("h.0.attn.c_attn.weight").shape())
                .isEqualTo(List.of(18, 6));
    }

    @Test
    void matricesComeFirstAndNothingIsLeftBetween() {
        ParameterLayout layout = CONFIG.model().parameters();
        int offset = 0;
        for (Parameter p : layout.all()) {
            assertThat(p.offset()).isEqualTo(offset);
            assertThat(p.isDecayed()).as(p.name()).isEqualTo(offset < layout.decayed());
            assertThat(p.shape().size() > 1).isEqualTo(p.isDecayed());
            offset += p.size();
        }
        assertThat(layout.size()).isEqualTo(offset);
    }

    @Test
    void layersAreFixedStridesApart() {
        ParameterLayout layout = CONFIG.model().parameters();
        for (Parameter p : layout.all()) {
            if (p.name().startsWith("h.0.")) {
                int second = layout.find(p.name().replace("h.0.", "h.1.")).offset();
                int third = layout.find(p.name().replace("h.0.", "h.2.")).offset();
                assertThat(third - second).isEqualTo(second - p.offset());
            }
        }
    }

    @Test
    void aTiedHeadIsTheSameMemory() {
        ParameterLayout layout =
                CONFIG.toBuilder().tiedHead(true).build().model().parameters();
        Tensor flat = flat(layout);
        layout.tensor("wte.weight", flat).slice().set(3, 42f);
        assertThat(layout.tensor("lm_head.weight", flat).slice().get(3)).isEqualTo(42f);
        assertThat(layout.all().stream().map(Parameter::name)).doesNotContain("lm_head.weight");
    }

    @Test
    void unknownNamesAndForeignArraysAreErrors() {
        ParameterLayout layout = CONFIG.model().parameters();
        assertThatThrownBy(() -> layout.find("h.9.x")).hasMessage("no parameter 'h.9.x'");
        Tensor other = Tensor.of("other", Slice.allocate(3), 3);
        assertThatThrownBy(() -> layout.tensor("wte.weight", other)).hasMessageContaining("other[3]");
    }

    @Test
    void initialValuesHaveTheStatedDistributions() {
        GptConfig config = GptConfig.builder(101, 64, 64, 4, 8).headBias(true).build();
        ParameterLayout layout = config.model().parameters();
        Tensor flat = flat(layout);
        layout.initialise(new Parameters(layout, flat), 5);
        assertDistribution(layout, flat, "wte.weight", 0.02);
        assertDistribution(layout, flat, "lm_head.weight", 0.02);
        assertDistribution(layout, flat, "h.3.attn.c_attn.weight", 0.02);
        assertDistribution(layout, flat, "h.3.attn.c_proj.weight", 0.02 / 4);
        assertDistribution(layout, flat, "h.7.mlp.c_proj.weight", 0.02 / 4);
        assertThat(layout.tensor("h.0.ln_1.weight", flat).slice().toArray()).containsOnly(1f);
        assertThat(layout.tensor("h.0.ln_1.bias", flat).slice().toArray()).containsOnly(0f);
        assertThat(layout.tensor("h.5.mlp.c_fc.bias", flat).slice().toArray()).containsOnly(0f);
        assertThat(layout.tensor("lm_head.bias", flat).slice().toArray()).containsOnly(0f);
    }

    private static void assertDistribution(ParameterLayout layout, Tensor flat, String name, double deviation) {
        double[] values = Numbers.doubles(layout.tensor(name, flat).slice().toArray());
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
        double error = deviation / Math.sqrt(values.length);
        assertThat(mean).as(name).isCloseTo(0, within(4 * error));
        assertThat(Math.sqrt(squares)).as(name).isCloseTo(deviation, within(4 * error));
    }

    @Test
    void initialValuesDependOnSeedAndNameOnly() {
        Map<String, float[]> some = initial(CONFIG, 5);
        Map<String, float[]> other = initial(
                CONFIG.toBuilder().qkvBias(false).tiedHead(true).headBias(false).build(), 5);
        other.forEach((name, values) -> assertThat(values).as(name).isEqualTo(some.get(name)));
        assertThat(initial(CONFIG, 6).get("wte.weight")).isNotEqualTo(some.get("wte.weight"));
        assertThat(some.get("h.0.mlp.c_fc.weight")).isNotEqualTo(some.get("h.1.mlp.c_fc.weight"));
    }

    private static Map<String, float[]> initial(GptConfig config, long seed) {
        ParameterLayout layout = config.model().parameters();
        Tensor flat = flat(layout);
        layout.initialise(new Parameters(layout, flat), seed);
        Map<String, float[]> values = new HashMap<>();
        layout.all()
                .forEach(p -> values.put(
                        p.name(), layout.tensor(p.name(), flat).slice().toArray()));
        return values;
    }
}
