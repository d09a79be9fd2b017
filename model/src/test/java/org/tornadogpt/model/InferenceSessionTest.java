package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;

/** Kept keys and values change nothing but the time. */
class InferenceSessionTest {
    private static final GptConfig TINY =
            GptConfig.builder(13, 12, 24, 4, 2).kvHeads(2).headBias(true).build();

    static Stream<Arguments> cases() {
        List<ModelConfig> configs = List.of(
                TINY, TINY.withBlockSize(1), TINY.withBlockSize(7), TINY.withBlockSize(37), new BigramConfig(11, 5));
        return Stream.of("sequential", "cpu")
                .flatMap(device -> configs.stream().map(config -> Arguments.of(device, config)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void writesTheSameTokens(String id, ModelConfig config) {
        for (Sampling sampling : List.of(Sampling.greedy(), Sampling.plain(5), new Sampling(0.7, 5, 0.9, 6))) {
            int[] prompt = {3, 1, 4, 1, 5, 9, 2, 6};
            int[] cached = write(id, config, true, prompt, sampling);
            assertThat(cached).isEqualTo(write(id, config, false, prompt, sampling));
            assertThat(Arrays.stream(cached).distinct().count()).isGreaterThan(sampling.temperature() == 0 ? 0 : 3);
        }
    }

    private static int[] write(String id, ModelConfig config, boolean cached, int[] prompt, Sampling sampling) {
        try (Device device = Devices.open(id, 2);
                InferenceSession session = session(config, device, cached)) {
            return new Generator(session).generate(prompt, 300, sampling);
        }
    }

    private static InferenceSession session(ModelConfig config, Device device, boolean cached) {
        Weights weights = new Weights(config.model(), device);
        weights.flat().slice().copyFrom(Numbers.livelyParameters(config.model().parameters(), 2));
        weights.changed();
        return new InferenceSession(weights, KernelChoices.defaults(device), cached);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anyContextMayFollowAnyOther(String id, ModelConfig config) {
        int T = config.blockSize();
        List<int[]> contexts = List.of(
                new int[] {1},
                new int[] {1, 2},
                new int[] {1, 2, 3, 4, 5},
                new int[] {1, 2, 3, 4, 5},
                new int[] {1, 2, 3, 0},
                new int[] {7, 2, 3, 0, 1, 1, 1, 1, 1, 1, 1, 1});
        try (Device device = Devices.open(id, 2);
                InferenceSession cached = session(config, device, true);
                InferenceSession whole = session(config, device, false)) {
            for (int[] context : contexts) {
                int[] fitting = Arrays.copyOf(context, Math.min(T, context.length));
                float[] expected = whole.logits(fitting);
                float[] actual = cached.logits(fitting);
                if (id.equals("sequential")) {
                    assertThat(actual).containsExactly(expected);
                }
                Numbers.assertClose("logits", actual, Numbers.doubles(expected), 1e-4);
            }
        }
    }

    /** A prefill of 16 rows is not worth it for two tokens. */
    @ParameterizedTest
    @CsvSource({"2, step.1 step.1", "3, prefill", "16, prefill", "18, prefill step.1 step.1"})
    void onlyLongContextsAreReadAtOnce(int length, String programs) {
        List<String> calls = new ArrayList<>();
        try (Device device = Listening.to(Devices.open("cpu", 4), calls);
                InferenceSession session = session(TINY.withBlockSize(33), device, true)) {
            session.logits(new int[length]);
        }
        assertThat(calls)
                .containsExactly(programs.replaceAll("(\\S+)", "$1.run").split(" "));
    }

    @Test
    void newParametersAreNotMixedWithOldKeys() {
        try (Device device = Devices.open("cpu", 1);
                InferenceSession session = session(TINY, device, true)) {
            session.logits(new int[] {1, 2, 3});
            session.weights().initialise(9);
            float[] mixed = session.logits(new int[] {1, 2, 3, 4});
            try (InferenceSession fresh = new InferenceSession(TINY.model(), KernelChoices.defaults(device))) {
                fresh.weights().initialise(9);
                assertThat(mixed).containsExactly(fresh.logits(new int[] {1, 2, 3, 4}));
            }
        }
    }
}
