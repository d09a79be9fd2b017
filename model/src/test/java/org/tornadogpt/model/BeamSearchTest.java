package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;

class BeamSearchTest {
    private static final Device DEVICE = new CpuDevice(2);
    private static final int V = 7;

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static Weights weights() {
        Weights weights = new Weights(GptConfig.builder(V, 6, 16, 2, 1).build().model(), DEVICE);
        weights.flat().slice().copyFrom(Numbers.livelyParameters(weights.model().parameters(), 5));
        return weights;
    }

    private static BeamSearch.Text[] search(Weights weights, BeamSearch.Request request) {
        DecodeSession session = new DecodeSession(weights, KernelChoices.defaults(DEVICE), request.beams());
        try (BeamSearch search = new BeamSearch(session, request)) {
            while (search.step()) {
                // goes on
            }
            return search.texts().toArray(BeamSearch.Text[]::new);
        } finally {
            assertThat(session.free()).isEqualTo(request.beams());
        }
    }

    private record Written(List<Integer> tokens, double logProbability) {}

    /** Every text of so many tokens. */
    private static List<Written> all(Weights weights, int[] prompt, int count) {
        InferenceSession session = new InferenceSession(weights, KernelChoices.defaults(DEVICE), false);
        List<Written> texts = List.of(new Written(List.of(), 0));
        for (int i = 0; i < count; i++) {
            List<Written> longer = new ArrayList<>();
            for (Written text : texts) {
                ContextWindow window = new ContextWindow(6, prompt);
                text.tokens.forEach(window::add);
                LogProbabilities next = new LogProbabilities(session.logits(window.tokens()));
                for (int token = 0; token < V; token++) {
                    List<Integer> tokens = new ArrayList<>(text.tokens);
                    tokens.add(token);
                    longer.add(new Written(tokens, text.logProbability + next.of(token)));
                }
            }
            texts = longer;
        }
        return texts.stream()
                .sorted(Comparator.comparingDouble(Written::logProbability).reversed())
                .toList();
    }

    @Test
    void withBeamsEnoughTheLikeliestTextsOfAllAreFound() {
        Weights weights = weights();
        int[] prompt = {1, 2, 3, 4}; // the window is cut in between
        List<Written> likeliest = all(weights, prompt, 4);
        BeamSearch.Text[] found = search(weights, new BeamSearch.Request(prompt, 4, V * V * V, 0, tokens -> false));
        for (int i = 0; i < 20; i++) {
            assertThat(found[i].tokens())
                    .as("text %d", i)
                    .containsExactly(likeliest.get(i).tokens.toArray(Integer[]::new));
            assertThat(found[i].logProbability()).isCloseTo(likeliest.get(i).logProbability, within(1e-4));
        }
    }

    @Test
    void oneBeamIsGreedy() {
        Weights weights = weights();
        int[] greedy = new Generator(new InferenceSession(weights, KernelChoices.defaults(DEVICE), true))
                .generate(new int[] {3}, 20, Sampling.greedy());
        assertThat(search(weights, new BeamSearch.Request(new int[] {3}, 20, 1, 1, tokens -> false))[0].tokens())
                .isEqualTo(greedy);
    }

    @Test
    void textsEndWhereTheyAreToldTo() {
        BeamSearch.Text[] texts = search(
                weights(), new BeamSearch.Request(new int[] {3}, 30, 3, 1, tokens -> tokens[tokens.length - 1] == 2));
        assertThat(texts).hasSize(3);
        assertThat(texts[0].ended()).isTrue();
        assertThat(texts[0].tokens()[texts[0].tokens().length - 1]).isEqualTo(2);
        assertThat(texts)
                .isSortedAccordingTo(
                        Comparator.comparingDouble(BeamSearch.Text::score).reversed());
    }

    @Test
    void wrongNumbersAreRefused() {
        DecodeSession session = new DecodeSession(weights(), KernelChoices.defaults(DEVICE), 2);
        assertThatThrownBy(() -> new BeamSearch(session, new BeamSearch.Request(new int[] {1}, 3, 3, 1, t -> false)))
                .hasMessageContaining("3 beams");
        assertThatThrownBy(() -> new BeamSearch.Request(new int[] {1}, 3, 0, 1, t -> false))
                .hasMessageContaining("beams must be positive");
    }
}
