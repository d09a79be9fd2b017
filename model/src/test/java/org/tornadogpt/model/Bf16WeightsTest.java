package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.random.PhiloxStream;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.layer.ParameterLayout;

/**
 * A model whose matrices are kept as bfloat16 computes what one does whose float32 matrices have the rounded values,
 * bit for bit.
 */
class Bf16WeightsTest {
    private static final Device CPU = new CpuDevice(2);
    private static final Device SEQUENTIAL = new SequentialDevice();

    @AfterAll
    static void close() {
        CPU.close();
        SEQUENTIAL.close();
    }

    static Stream<ModelConfig> configs() {
        return DecodeSessionTest.configs();
    }

    /** Float32 weights; {@code matrices} is the type to which those are rounded. */
    private static Weights floats(ModelConfig config, Device device, DType matrices) {
        Weights weights = new Weights(config.model(), device);
        float[] values = Numbers.livelyParameters(config.model().parameters(), 2);
        for (int i = 0; i < config.model().parameters().decayed(); i++) {
            values[i] = matrices.rounded(values[i]);
        }
        weights.flat().slice().copyFrom(values);
        return weights;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void logitsAreThoseOfTheRoundedMatrices(ModelConfig config) {
        for (Device device : new Device[] {CPU, SEQUENTIAL}) {
            Weights halves = Numbers.livelyWeights(config, device, DType.BF16);
            Weights floats = floats(config, device, DType.BF16);
            for (boolean cached : new boolean[] {true, false}) {
                assertThat(logits(halves, cached)).isEqualTo(logits(floats, cached));
            }
            assertThat(logits(halves, true)).isNotEqualTo(logits(floats(config, device, DType.F32), true));
        }
    }

    private static float[] logits(Weights weights, boolean cached) {
        KernelChoices kernels = KernelChoices.defaults(weights.device());
        return new InferenceSession(weights, kernels, cached).logits(Numbers.tokens(new PhiloxStream(3, 1), 19, 101));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void theLossIsThatOfTheRoundedMatrices(ModelConfig config) {
        for (Device device : new Device[] {CPU, SEQUENTIAL}) {
            KernelChoices kernels = KernelChoices.defaults(device);
            int[] tokens = Numbers.tokens(new PhiloxStream(3, 2), 3 * 24, 101);
            int[] targets = Numbers.tokens(new PhiloxStream(3, 3), 3 * 24, 101);
            Weights floats = floats(config, device, DType.BF16);
            float loss = new EvaluationSession(Numbers.livelyWeights(config, device, DType.BF16), kernels, 3)
                    .evaluate(tokens, targets);
            assertThat(loss).isEqualTo(new EvaluationSession(floats, kernels, 3).evaluate(tokens, targets));
            TrainingSession training = new TrainingSession(floats, kernels, 3, MicroSteps.all(1), GradientReducer.NONE);
            assertThat(loss).isEqualTo(training.evaluate(tokens, targets));
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void matricesTakeHalfTheBytes(ModelConfig config) {
        ParameterLayout layout = config.model().parameters();
        long vectors = (long) layout.size() - layout.decayed();
        Weights halves = new Weights(config.model(), CPU, DType.BF16);
        assertThat(halves.bytes()).isEqualTo(2L * layout.decayed() + 4L * vectors);
        assertThat(new Weights(config.model(), CPU).bytes()).isEqualTo(4L * layout.size());
        long segments = halves.arrays().stream()
                .mapToLong(array -> array.slice().memory().getNumBytesOfSegment())
                .sum();
        assertThat(segments).isEqualTo(halves.bytes());
        assertThat(halves.bytes()).isLessThan(4L * layout.size() * 52 / 100);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void initialValuesAreRounded(ModelConfig config) {
        Weights halves = new Weights(config.model(), CPU, DType.BF16);
        Weights floats = new Weights(config.model(), CPU);
        halves.initialise(7);
        floats.initialise(7);
        for (ParameterLayout.Parameter p : config.model().parameters().all()) {
            Slice half = halves.parameters().get(p.name()).slice();
            assertThat(half.type()).as(p.name()).isEqualTo(p.shape().size() == 2 ? DType.BF16 : DType.F32);
            float[] expected = floats.parameters().get(p.name()).slice().toArray();
            for (int i = 0; i < expected.length; i++) {
                expected[i] = half.type().rounded(expected[i]);
            }
            assertThat(half.toArray()).isEqualTo(expected);
        }
    }

    @Test
    void trainingIsRefused() {
        Weights halves = new Weights(new BigramConfig(11, 4).model(), CPU, DType.BF16);
        KernelChoices kernels = KernelChoices.defaults(CPU);
        assertThatThrownBy(() -> new TrainingSession(halves, kernels, 1, MicroSteps.all(1), GradientReducer.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("training needs f32 parameters; these are kept as bf16, for inference");
        assertThatThrownBy(halves::flat).hasMessageContaining("kept as bf16").hasMessageContaining("saving");
    }

    @Test
    void aDeviceThatHoldsFloatsOnlyIsRefused() {
        Device floatsOnly = (Device) Proxy.newProxyInstance(
                Device.class.getClassLoader(),
                new Class<?>[] {Device.class},
                (proxy, method, arguments) -> method.getName().equals("types") ? Set.of(DType.F32) : "tornado:0:0");
        LanguageModel model = new BigramConfig(11, 4).model();
        assertThatThrownBy(() -> new Weights(model, floatsOnly, DType.BF16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device tornado:0:0 keeps parameters as f32 only, not as bf16;"
                        + " the devices cpu and sequential do");
        assertThat(new Weights(model, floatsOnly).type()).isEqualTo(DType.F32);
    }
}
