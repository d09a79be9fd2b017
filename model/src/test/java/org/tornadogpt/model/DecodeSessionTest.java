package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.model.layer.FeedForward;
import org.tornadogpt.model.layer.Norm;

/** Sequences that are decoded together get what each gets alone, bit for bit. */
class DecodeSessionTest {
    private static final Device DEVICE = new CpuDevice(2);

    /** Its widths are not whole vectors, and its weights are large enough to be shared out among threads. */
    private static final GptConfig GPT =
            GptConfig.builder(101, 24, 84, 4, 2).headBias(true).build();

    private static final GptConfig LLAMA = GptConfig.builder(101, 24, 64, 4, 2)
            .kvHeads(2)
            .mlpHidden(150)
            .positions(GptConfig.Positions.ROTARY)
            .norm(Norm.Kind.RMSNORM)
            .activation(FeedForward.Kind.SWIGLU)
            .qkvBias(false)
            .projectionBias(false)
            .mlpBias(false)
            .tiedHead(true)
            .build();

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    static Stream<ModelConfig> configs() {
        return Stream.of(GPT, LLAMA, new BigramConfig(101, 24));
    }

    static Stream<Arguments> configsAndTypes() {
        return configs().flatMap(config -> Stream.of(DType.values()).map(type -> Arguments.of(config, type)));
    }

    private static Weights weights(ModelConfig config) {
        return Numbers.livelyWeights(config, DEVICE, DType.F32);
    }

    private static DecodeSession session(Weights weights, int maxSequences) {
        return new DecodeSession(weights, KernelChoices.defaults(DEVICE), maxSequences);
    }

    private static int[] prompt(int i) {
        return Numbers.tokens(new PhiloxStream(9, i), 1 + 5 * i % 23, 101);
    }

    /** What a generator writes on its own. */
    private static int[] alone(Weights weights, int i, int count) {
        InferenceSession single = new InferenceSession(weights, KernelChoices.defaults(DEVICE), true);
        return new Generator(single).generate(prompt(i), count, Sampling.plain(i));
    }

    @ParameterizedTest
    @MethodSource("configsAndTypes")
    void textsWrittenTogetherAreThoseWrittenAlone(ModelConfig config, DType type) {
        Weights weights = Numbers.livelyWeights(config, DEVICE, type);
        int count = 60; // the context is cut twice
        for (int texts : new int[] {1, 2, 3, 5, 8, 13, 35}) {
            List<BatchGenerator.Request> requests = IntStream.range(0, texts)
                    .mapToObj(i -> new BatchGenerator.Request(prompt(i), Sampling.plain(i)))
                    .toList();
            List<List<Integer>> written = new ArrayList<>();
            requests.forEach(r -> written.add(new ArrayList<>()));
            new BatchGenerator(session(weights, texts))
                    .generate(
                            requests,
                            count,
                            (index, token) -> written.get(index).add(token));
            for (int i = 0; i < texts; i++) {
                assertThat(written.get(i).stream().mapToInt(Integer::intValue).toArray())
                        .as("text %d of %d", i, texts)
                        .isEqualTo(alone(weights, i, count));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void sequencesJoinAndLeaveBetweenSteps(ModelConfig config) {
        Weights weights = weights(config);
        DecodeSession session = session(weights, 3);
        DecodeSession.Sequence first = session.open(7, 8);
        session.step(List.of(first));
        DecodeSession.Sequence second = session.open(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        session.step(List.of(first, second));
        first.close();
        DecodeSession.Sequence third = session.open(50);
        assertThat(session.free()).isEqualTo(1);
        while (!second.isReady() || !third.isReady()) {
            session.step(List.of(second, third));
        }
        third.append(51);
        session.step(List.of(third));
        assertThat(second.logits())
                .isEqualTo(alone(weights, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}));
        assertThat(third.logits()).isEqualTo(alone(weights, new int[] {50}, 51));
        assertThat(third.length()).isEqualTo(2);
    }

    /** What a sequence predicts that begins with a context and is given more tokens, in a session of its own. */
    private static float[] alone(Weights weights, int[] context, int... more) {
        DecodeSession session = session(weights, 1);
        DecodeSession.Sequence sequence = session.open(context);
        for (int token : more) {
            sequence.append(token);
        }
        while (!sequence.isReady()) {
            session.step(List.of(sequence));
        }
        return sequence.logits();
    }

    @Test
    void wrongUseIsRefused() {
        DecodeSession session = session(weights(GPT), 1);
        DecodeSession.Sequence only = session.open(3);
        assertThatThrownBy(() -> session.open(3)).hasMessageContaining("all 1 slots are taken");
        assertThatThrownBy(only::logits).hasMessageContaining("1 tokens are not computed yet");
        assertThatThrownBy(() -> only.append(101)).hasMessageContaining("vocabulary of 101");
        assertThatThrownBy(() -> session.open(new int[25])).hasMessageContaining("1 to 24 tokens, got 25");
        for (int i = 1; i < 24; i++) {
            only.append(i);
        }
        assertThatThrownBy(() -> only.append(1)).hasMessageContaining("as many as the model's block");
        only.close();
        only.close();
        assertThat(session.free()).isEqualTo(1);
        assertThatThrownBy(() -> session.step(List.of(only))).hasMessageContaining("closed");
    }

    @Test
    void aSecondThreadIsRefused() throws InterruptedException {
        DecodeSession session = session(weights(GPT), 1);
        DecodeSession.Sequence only = session.open(3);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        List<DecodeSession.Sequence> slow = new ArrayList<>(List.of(only)) {
            @Override
            public Stream<DecodeSession.Sequence> stream() {
                inside.countDown();
                try {
                    done.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return super.stream();
            }
        };
        Thread other = new Thread(() -> session.step(slow));
        other.start();
        inside.await();
        assertThatThrownBy(() -> session.step(List.of(only))).hasMessageContaining("another thread");
        done.countDown();
        other.join();
        assertThat(only.isReady()).isTrue();
    }
}
