package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SamplingTest {
    /** Probabilities 0.1, 0.4, 0.2, 0.3. */
    private static final float[] LOGITS = {
        (float) Math.log(1), (float) Math.log(4), (float) Math.log(2), (float) Math.log(3)
    };

    private static final int DRAWS = 20_000;

    private static double[] frequencies(Sampling sampling) {
        double[] frequencies = new double[LOGITS.length];
        for (int i = 0; i < DRAWS; i++) {
            frequencies[sampling.choose(LOGITS, i)] += 1.0 / DRAWS;
        }
        return frequencies;
    }

    private static Set<Integer> chosen(Sampling sampling) {
        Set<Integer> chosen = new TreeSet<>();
        for (int i = 0; i < 2000; i++) {
            chosen.add(sampling.choose(LOGITS, i));
        }
        return chosen;
    }

    @Test
    void drawsFromTheModelsDistribution() {
        double[] frequencies = frequencies(Sampling.plain(3));
        double[] expected = {0.1, 0.4, 0.2, 0.3};
        for (int i = 0; i < expected.length; i++) {
            assertThat(frequencies[i]).isCloseTo(expected[i], within(0.015));
        }
    }

    @Test
    void temperatureSharpens() {
        double[] frequencies = frequencies(new Sampling(0.5, 0, 1, 3));
        double[] expected = {1 / 30.0, 16 / 30.0, 4 / 30.0, 9 / 30.0};
        for (int i = 0; i < expected.length; i++) {
            assertThat(frequencies[i]).isCloseTo(expected[i], within(0.015));
        }
    }

    @Test
    void zeroTemperatureTakesTheBestAndOfEqualsTheFirst() {
        assertThat(chosen(Sampling.greedy())).containsExactly(1);
        assertThat(Sampling.greedy().choose(new float[] {0, 2, 2}, 0)).isEqualTo(1);
        assertThat(new Sampling(1e-300, 0, 1, 1).choose(LOGITS, 0)).isEqualTo(1);
    }

    @Test
    void topKAndTopPCutTheTail() {
        assertThat(chosen(new Sampling(1, 1, 1, 1))).containsExactly(1);
        assertThat(chosen(new Sampling(1, 2, 1, 1))).containsExactly(1, 3);
        assertThat(chosen(new Sampling(1, 99, 1, 1))).containsExactly(0, 1, 2, 3);
        assertThat(chosen(new Sampling(1, 0, 0.39, 1))).containsExactly(1);
        assertThat(chosen(new Sampling(1, 0, 0.69, 1))).containsExactly(1, 3);
        assertThat(chosen(new Sampling(1, 0, 0.8, 1))).containsExactly(1, 2, 3);
        // of the two that top-k keeps, the first has 4/7
        assertThat(chosen(new Sampling(1, 2, 0.5, 1))).containsExactly(1);
    }

    @Test
    void seedAndNumberDecide() {
        Sampling one = Sampling.plain(1);
        assertThat(one.choose(LOGITS, 7)).isEqualTo(Sampling.plain(1).choose(LOGITS, 7));
        assertThat(frequencies(one)).isNotEqualTo(frequencies(Sampling.plain(2)));
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> Sampling.plain(1).choose(new float[] {0, Float.NaN}, 0))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Sampling.greedy().choose(new float[] {0, Float.NaN}, 0))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 0)).hasMessageContaining("top-k");
        assertThatThrownBy(() -> new Sampling(1, 0, 0, 0)).hasMessageContaining("top-p");
        assertThatThrownBy(() -> new Sampling(1, 0, Double.NaN, 0)).hasMessageContaining("top-p");
    }
}
