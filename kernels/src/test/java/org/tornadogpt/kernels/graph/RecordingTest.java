package org.tornadogpt.kernels.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

class RecordingTest {
    private static final Activation RELU = Activation.RELU;
    private final Recording recording = recording();

    private static Recording recording() {
        return new Recording("test", new KernelChoices(new SequentialDevice(), Map.of()));
    }

    private static Tensor t(String name, int... shape) {
        return Tensor.activation(name, shape);
    }

    private static IntTensor ints(String name, int size) {
        return new IntTensor(name, new IntArray(size));
    }

    private static Arguments wrong(String operation, String first, String second, Consumer<Operations> call) {
        return Arguments.argumentSet(operation + " " + first, operation, first, second, call);
    }

    static Stream<Arguments> wrongCalls() {
        AttentionShape shape = new AttentionShape(2, 3, 2, 2, 4);
        return Stream.of(
                wrong(
                        "linear",
                        "weight[5, 4]",
                        "x[2, 3]",
                        o -> o.linear(t("out", 2, 5), t("x", 2, 3), t("weight", 5, 4), null)),
                wrong(
                        "linear",
                        "out[2, 6]",
                        "weight[5, 3]",
                        o -> o.linear(t("out", 2, 6), t("x", 2, 3), t("weight", 5, 3), null)),
                wrong(
                        "linear",
                        "out[4, 5]",
                        "x[2, 3]",
                        o -> o.linear(t("out", 4, 5), t("x", 2, 3), t("weight", 5, 3), null)),
                wrong(
                        "linear",
                        "bias[3]",
                        "weight[5, 3]",
                        o -> o.linear(t("out", 2, 5), t("x", 2, 3), t("weight", 5, 3), t("bias", 3))),
                wrong(
                        "linearResidual",
                        "out[2, 5]",
                        "residual[5, 2]",
                        o -> o.linearResidual(
                                t("out", 2, 5),
                                t("residual", 5, 2),
                                t("x", 2, 3),
                                t("weight", 5, 3),
                                null,
                                Dropout.none())),
                wrong(
                        "linearBackwardInput",
                        "weight[5, 4]",
                        "dx[2, 3]",
                        o -> o.linearBackwardInput(t("dx", 2, 3), t("dout", 2, 5), t("weight", 5, 4))),
                wrong(
                        "linearBackwardInputActivation",
                        "dx[2, 3]",
                        "saved[2, 4]",
                        o -> o.linearBackwardInputActivation(
                                t("dx", 2, 3), t("dout", 2, 5), t("weight", 5, 3), t("saved", 2, 4), RELU)),
                wrong(
                        "linearBackwardWeight",
                        "dweight[4, 3]",
                        "dout[2, 5]",
                        o -> o.linearBackwardWeight(t("dweight", 4, 3), null, t("dout", 2, 5), t("x", 2, 3))),
                wrong(
                        "embedding",
                        "tokens[5]",
                        "out[6, 4]",
                        o -> o.embedding(t("out", 6, 4), ints("tokens", 5), t("tokenTable", 9, 4), null)),
                wrong(
                        "embedding",
                        "tokenTable[9, 3]",
                        "out[6, 4]",
                        o -> o.embedding(t("out", 6, 4), ints("tokens", 6), t("tokenTable", 9, 3), null)),
                wrong(
                        "embedding",
                        "positionTable[4, 4]",
                        "out[6, 4]",
                        o -> o.embedding(
                                t("out", 6, 4), ints("tokens", 6), t("tokenTable", 9, 4), t("positionTable", 4, 4))),
                wrong(
                        "embedding backward",
                        "tokens[5]",
                        "dout[6, 4]",
                        o -> o.embeddingBackward(t("dTokenTable", 9, 4), null, t("dout", 6, 4), ints("tokens", 5))),
                wrong(
                        "layerNorm",
                        "x[2, 3]",
                        "out[3, 2]",
                        o -> o.layerNorm(t("out", 3, 2), t("statistics", 2, 2), t("x", 2, 3), t("weight", 3), null)),
                wrong(
                        "layerNorm",
                        "statistics[3, 2]",
                        "x[2, 3]",
                        o -> o.layerNorm(t("out", 2, 3), t("statistics", 3, 2), t("x", 2, 3), t("weight", 3), null)),
                wrong(
                        "layerNorm",
                        "weight[2]",
                        "x[2, 3]",
                        o -> o.layerNorm(t("out", 2, 3), t("statistics", 2, 2), t("x", 2, 3), t("weight", 2), null)),
                wrong(
                        "layerNormBackward",
                        "x[2, 3]",
                        "dout[2, 4]",
                        o -> o.layerNormBackward(
                                t("dx", 2, 3),
                                t("dweight", 3),
                                null,
                                t("dout", 2, 4),
                                t("x", 2, 3),
                                t("statistics", 2, 2),
                                t("weight", 3))),
                wrong("activation", "out[6]", "x[7]", o -> o.activation(t("out", 6), t("x", 7), RELU)),
                wrong(
                        "activationBackward",
                        "dx[6]",
                        "saved[7]",
                        o -> o.activationBackward(t("dx", 6), t("dout", 6), t("saved", 7), RELU)),
                wrong(
                        "attention",
                        "out[6, 7]",
                        "qkv[6, 24]",
                        o -> o.attention(t("out", 6, 7), t("qkv", 6, 24), shape, Dropout.none())),
                wrong(
                        "attention",
                        "out[6, 8]",
                        "qkv[6, 23]",
                        o -> o.attention(t("out", 6, 8), t("qkv", 6, 23), shape, Dropout.none())),
                wrong(
                        "fillCaches",
                        "caches",
                        "T=3",
                        o -> o.fillCaches(t("k", 2, 8, 4), t("v", 2, 3, 8), t("qkv", 6, 24), shape)),
                wrong(
                        "fillCaches",
                        "qkv",
                        "T=3",
                        o -> o.fillCaches(t("k", 2, 8, 3), t("v", 2, 3, 8), t("qkv", 8, 24), shape)),
                wrong(
                        "attentionStep",
                        "position",
                        "out",
                        o -> o.attentionStep(
                                t("out", 2, 8),
                                t("k", 2, 8, 3),
                                t("v", 2, 3, 8),
                                t("qkv", 2, 24),
                                ints("position", 2),
                                shape)),
                wrong(
                        "attentionBackward",
                        "out[6, 8]",
                        "dout[8, 6]",
                        o -> o.attentionBackward(
                                t("dqkv", 6, 24),
                                t("dout", 8, 6),
                                t("out", 6, 8),
                                t("qkv", 6, 24),
                                t("saved", 1),
                                shape,
                                Dropout.none())),
                wrong(
                        "residual",
                        "out[2, 3]",
                        "branch[3, 2]",
                        o -> o.residual(t("out", 2, 3), t("residual", 2, 3), t("branch", 3, 2), Dropout.none())),
                wrong(
                        "residualBackward",
                        "dbranch[2, 3]",
                        "dout[6]",
                        o -> o.residualBackward(t("dbranch", 2, 3), t("dout", 6), Dropout.none())),
                wrong(
                        "crossEntropy",
                        "losses[3]",
                        "logits[2, 5]",
                        o -> o.crossEntropy(t("losses", 3), t("logits", 2, 5), ints("targets", 2))),
                wrong(
                        "crossEntropy",
                        "targets[3]",
                        "logits[2, 5]",
                        o -> o.crossEntropy(t("losses", 2), t("logits", 2, 5), ints("targets", 3))),
                wrong(
                        "crossEntropyWithGradient",
                        "dlogits[5, 2]",
                        "logits[2, 5]",
                        o -> o.crossEntropyWithGradient(
                                t("losses", 2), t("dlogits", 5, 2), t("logits", 2, 5), ints("targets", 2), 1f)),
                wrong("mean", "out[2]", "values[5]", o -> o.mean(t("out", 2), t("values", 5))),
                wrong("gradientNorm", "norm[2]", "gradients[5]", o -> o.gradientNorm(t("norm", 2), t("gradients", 5))),
                wrong(
                        "adamW",
                        "parameters[5]",
                        "m[4]",
                        o -> o.adamW(
                                t("parameters", 5),
                                t("gradients", 5),
                                t("m", 4),
                                t("v", 5),
                                t("hyper", 8),
                                t("norm", 1),
                                0)),
                wrong(
                        "adamW",
                        "hyper[7]",
                        "parameters[5]",
                        o -> o.adamW(
                                t("parameters", 5),
                                t("gradients", 5),
                                t("m", 5),
                                t("v", 5),
                                t("hyper", 7),
                                t("norm", 1),
                                0)),
                wrong(
                        "adamW",
                        "6 decayed",
                        "parameters[5]",
                        o -> o.adamW(
                                t("parameters", 5),
                                t("gradients", 5),
                                t("m", 5),
                                t("v", 5),
                                t("hyper", 8),
                                t("norm", 1),
                                6)));
    }

    @ParameterizedTest
    @MethodSource("wrongCalls")
    void aWrongShapeIsRefusedWithTheOperationAndBothShapes(
            String operation, String first, String second, Consumer<Operations> call) {
        assertThatThrownBy(() -> call.accept(recording))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(operation + ":")
                .hasMessageContaining(first)
                .hasMessageContaining(second);
        assertThat(recording.nodes()).isEmpty();
    }

    @Test
    void anActivationThatNeedsItsInputGetsATensorForItAndNoOtherDoes() {
        assertThatThrownBy(() -> recording.linearActivation(
                        t("out", 2, 5), null, t("x", 2, 3), t("weight", 5, 3), null, Activation.GELU))
                .hasMessageContaining("GELU needs");
        assertThatThrownBy(() -> recording.linearActivation(
                        t("out", 2, 5), t("pre", 2, 5), t("x", 2, 3), t("weight", 5, 3), null, RELU))
                .hasMessageContaining("RELU does not need");
    }

    @Test
    void impossibleAttentionSizesAreRefused() {
        assertThatThrownBy(() -> new AttentionShape(1, 2, 3, 2, 4)).hasMessageContaining("kvHeads must divide heads");
        assertThatThrownBy(() -> new AttentionShape(0, 2, 3, 3, 4)).hasMessageContaining("B=0");
    }

    @Test
    void nodesCarryTheirSectionAndWhatTheyReadAndWrite() {
        Tensor out = t("out", 2, 5);
        Tensor x = t("x", 2, 3);
        Tensor weight = t("weight", 5, 3);
        recording.section("layer", 4, () -> recording.linear(out, x, weight, null));
        recording.activation(out, out, RELU);
        Node linear = recording.nodes().get(0);
        assertThat(linear.label()).isEqualTo("matmul.forward -> out");
        assertThat(linear.variant()).isEqualTo("naive");
        assertThat(linear.section()).isEqualTo("layer");
        assertThat(linear.index()).isEqualTo(4);
        assertThat(linear.reads()).containsExactly(x, weight);
        assertThat(linear.writes()).containsExactly(out);
        assertThat(linear.cost()).isEqualTo(new Node.Cost(2 * 2 * 3 * 5, 4 * (6 + 15 + 10)));
        assertThat(recording.nodes().get(1).section()).isEmpty();
    }

    @Test
    void sectionsDoNotNest() {
        assertThatThrownBy(() -> recording.section("a", 0, () -> recording.section("b", 1, () -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("section b inside section a");
    }
}
