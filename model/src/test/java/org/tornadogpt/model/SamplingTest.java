package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
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

    @Test
    void minPKeepsWhatIsLikelyEnoughBesideTheLikeliest() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05)};
        assertThat(new Sampling(1, 0, 1, 0.25, 1, 3).candidates(logits))
                .extracting(Sampling.Candidate::token)
                .containsExactly(0, 1, 2);
        List<Sampling.Candidate> all = new Sampling(1, 0, 1, 0, 1, 3).candidates(logits);
        assertThat(all).hasSize(4);
        assertThat(all.get(1).probability()).isCloseTo(0.3, within(1e-6));
        assertThat(new Sampling(1, 0, 1, 1, 1, 3).candidates(logits)).hasSize(1);
    }

    @Test
    void tokensThatTheTextHasBecomeLessLikely() {
        Chooser chooser = new Chooser(new Sampling(0, 0, 1, 0, 2, 0), 1);
        assertThat(chooser.penalised(1f, 3f, -1f)).containsExactly(1f, 1.5f, -1f);
        assertThat(chooser.choose(1f, 3f, -1f)).isEqualTo(1);
        assertThat(chooser.choose(2f, 3f, -1f)).isEqualTo(0);
        assertThat(chooser.penalised(2f, 3f, -1f)).containsExactly(1f, 1.5f, -1f);
        assertThat(new Chooser(new Sampling(0, 0, 1, 0, 2, 0), 2).penalised(1f, 3f, -1f))
                .containsExactly(1f, 3f, -2f);
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0, 1)).hasMessageContaining("repetition penalty");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, -1, 1, 1)).hasMessageContaining("min-p");
    }

    @Test
    void logProbabilitiesAreThoseOfSoftmax() {
        LogProbabilities said = new LogProbabilities(1f, 2f, 2f, -50f);
        assertThat(Math.exp(said.of(0)) + Math.exp(said.of(1)) + Math.exp(said.of(2)) + Math.exp(said.of(3)))
                .isCloseTo(1, within(1e-12));
        assertThat(said.of(1) - said.of(0)).isCloseTo(1, within(1e-12));
        assertThat(said.top(3)).extracting(LogProbabilities.Scored::token).containsExactly(1, 2, 0);
    }
}
