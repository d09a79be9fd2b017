package org.tornadogpt.kernels.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import org.tornadogpt.kernels.ops.cachedattention.CachedAttention;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.embedding.Embedding;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.loss.CrossEntropy;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.optimizer.AdamW;
import org.tornadogpt.kernels.ops.reduction.Reduction;
import org.tornadogpt.kernels.ops.residual.Residual;
import org.tornadogpt.kernels.ops.rmsnorm.RmsNorm;
import org.tornadogpt.kernels.ops.rotary.Rotary;
import org.tornadogpt.kernels.ops.swiglu.SwiGlu;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Every operation refuses tensors that do not fit, before anything is recorded. */
class ShapeChecksTest {
    private static final Activation RELU = Activation.RELU;
    private final Workspace workspace = new Workspace(KernelChoices.defaults(new SequentialDevice()));

    private static Tensor t(String name, int... shape) {
        return Tensor.activation(name, shape);
    }

    private static IntTensor ints(String name, int size) {
        return new IntTensor(name, new IntArray(size));
    }

    private static Arguments wrong(String operation, String first, String second, OperationCall call) {
        return Arguments.argumentSet(operation + " " + first, operation, first, second, call);
    }

    private static RmsNorm.Forward rmsNorm() {
        return new RmsNorm.Forward(t("out", 2, 3), t("rstd", 2, 1), t("x", 2, 3), t("weight", 3), 1e-5f);
    }

    static Stream<Arguments> wrongCalls() {
        AttentionShape shape = new AttentionShape(2, 3, 2, 2, 4);
        return Stream.of(
                wrong(
                        "linear",
                        "weight[5, 4]",
                        "x[2, 3]",
                        new MatMul.Forward(t("out", 2, 5), t("x", 2, 3), t("weight", 5, 4), null)),
                wrong(
                        "linear",
                        "out[2, 6]",
                        "weight[5, 3]",
                        new MatMul.Forward(t("out", 2, 6), t("x", 2, 3), t("weight", 5, 3), null)),
                wrong(
                        "linear",
                        "out[4, 5]",
                        "x[2, 3]",
                        new MatMul.Forward(t("out", 4, 5), t("x", 2, 3), t("weight", 5, 3), null)),
                wrong(
                        "linear",
                        "bias[3]",
                        "weight[5, 3]",
                        new MatMul.Forward(t("out", 2, 5), t("x", 2, 3), t("weight", 5, 3), t("bias", 3))),
                wrong(
                        "linearResidual",
                        "out[2, 5]",
                        "residual[5, 2]",
                        new MatMul.ForwardResidual(
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
                        new MatMul.BackwardInput(t("dx", 2, 3), t("dout", 2, 5), t("weight", 5, 4))),
                wrong(
                        "linearBackwardInputActivation",
                        "dx[2, 3]",
                        "saved[2, 4]",
                        new MatMul.BackwardInputActivation(
                                t("dx", 2, 3), t("dout", 2, 5), t("weight", 5, 3), t("saved", 2, 4), RELU)),
                wrong(
                        "linearBackwardWeight",
                        "dweight[4, 3]",
                        "dout[2, 5]",
                        new MatMul.BackwardWeight(t("dweight", 4, 3), null, t("dout", 2, 5), t("x", 2, 3))),
                wrong(
                        "gather",
                        "tokens[5]",
                        "out[6, 4]",
                        new Embedding.Gather(t("out", 6, 4), ints("tokens", 5), t("tokenTable", 9, 4))),
                wrong("copy", "out[6, 4]", "x[4, 6]", new Elementwise.Copy(t("out", 6, 4), t("x", 4, 6))),
                wrong("add", "out[6]", "b[7]", new Elementwise.Add(t("out", 6), t("a", 6), t("b", 7))),
                wrong(
                        "combine",
                        "out[6]",
                        "y[7]",
                        new Elementwise.Combine(t("out", 6), t("x", 6), t("y", 7), t("factors", 2))),
                wrong(
                        "combine",
                        "factors[3]",
                        "out[6]",
                        new Elementwise.Combine(t("out", 6), t("x", 6), t("y", 6), t("factors", 3))),
                wrong("divide", "out[6]", "x[5]", new Elementwise.Divide(t("out", 6), t("x", 5), t("divisor", 1), 0)),
                wrong(
                        "divide",
                        "divisor[6]",
                        "out[6]",
                        new Elementwise.Divide(t("out", 6), t("x", 6), t("divisor", 6), 0)),
                wrong(
                        "embedding",
                        "tokenTable[9, 3]",
                        "out[6, 4]",
                        new Embedding.Forward(
                                t("out", 6, 4), ints("tokens", 6), t("tokenTable", 9, 3), t("positionTable", 3, 4))),
                wrong(
                        "embedding",
                        "positionTable[4, 4]",
                        "out[6, 4]",
                        new Embedding.Forward(
                                t("out", 6, 4), ints("tokens", 6), t("tokenTable", 9, 4), t("positionTable", 4, 4))),
                wrong(
                        "embedding backward",
                        "tokens[5]",
                        "dout[6, 4]",
                        new Embedding.Backward(
                                t("dTokenTable", 9, 4), t("dPositionTable", 3, 4), t("dout", 6, 4), ints("tokens", 5))),
                wrong(
                        "layerNorm",
                        "x[2, 3]",
                        "out[3, 2]",
                        new LayerNorm.Forward(
                                t("out", 3, 2), t("statistics", 2, 2), t("x", 2, 3), t("weight", 3), null, 1e-5f)),
                wrong(
                        "layerNorm",
                        "statistics[3, 2]",
                        "x[2, 3]",
                        new LayerNorm.Forward(
                                t("out", 2, 3), t("statistics", 3, 2), t("x", 2, 3), t("weight", 3), null, 1e-5f)),
                wrong(
                        "layerNorm",
                        "weight[2]",
                        "x[2, 3]",
                        new LayerNorm.Forward(
                                t("out", 2, 3), t("statistics", 2, 2), t("x", 2, 3), t("weight", 2), null, 1e-5f)),
                wrong(
                        "layerNormBackward",
                        "x[2, 3]",
                        "dout[2, 4]",
                        new LayerNorm.Backward(
                                new LayerNorm.Forward(
                                        t("out", 2, 3),
                                        t("statistics", 2, 2),
                                        t("x", 2, 3),
                                        t("weight", 3),
                                        null,
                                        1e-5f),
                                t("dx", 2, 3),
                                t("dweight", 3),
                                null,
                                t("dout", 2, 4))),
                wrong(
                        "rmsNorm",
                        "x[2, 3]",
                        "out[3, 2]",
                        new RmsNorm.Forward(t("out", 3, 2), t("rstd", 2, 1), t("x", 2, 3), t("weight", 3), 1e-5f)),
                wrong(
                        "rmsNorm",
                        "rstd[2, 2]",
                        "x[2, 3]",
                        new RmsNorm.Forward(t("out", 2, 3), t("rstd", 2, 2), t("x", 2, 3), t("weight", 3), 1e-5f)),
                wrong(
                        "rmsNorm",
                        "weight[2]",
                        "x[2, 3]",
                        new RmsNorm.Forward(t("out", 2, 3), t("rstd", 2, 1), t("x", 2, 3), t("weight", 2), 1e-5f)),
                wrong(
                        "rmsNormBackward",
                        "x[2, 3]",
                        "dx[3, 3]",
                        new RmsNorm.Backward(rmsNorm(), t("dx", 3, 3), t("dweight", 3), t("dout", 2, 3))),
                wrong(
                        "rmsNormBackward",
                        "dweight[4]",
                        "x[2, 3]",
                        new RmsNorm.Backward(rmsNorm(), t("dx", 2, 3), t("dweight", 4), t("dout", 2, 3))),
                wrong(
                        "rotary",
                        "qkv[6, 23]",
                        "AttentionShape[B=2, T=3, heads=2, kvHeads=2, D=4]",
                        new Rotary.Forward(t("qkv", 6, 23), shape, null, 3, 1e4f)),
                wrong(
                        "rotary",
                        "qkv[7, 24]",
                        "AttentionShape[B=2, T=3, heads=2, kvHeads=2, D=4]",
                        new Rotary.Forward(t("qkv", 7, 24), shape, null, 3, 1e4f)),
                wrong(
                        "rotary",
                        "positions[6]",
                        "qkv[7, 24]",
                        new Rotary.Forward(t("qkv", 7, 24), shape, ints("positions", 6), 3, 1e4f)),
                wrong(
                        "rotary",
                        "T=3",
                        "the table, which has 2: raise maxPositions",
                        new Rotary.Forward(t("qkv", 6, 24), shape, null, 2, 1e4f)),
                wrong(
                        "rotary",
                        "D=3",
                        "halves need an even number",
                        new Rotary.Forward(t("qkv", 2, 9), new AttentionShape(1, 2, 1, 1, 3), null, 2, 1e4f)),
                wrong(
                        "rotary",
                        "theta must be positive",
                        "got 0.0",
                        new Rotary.Forward(t("qkv", 6, 24), shape, null, 3, 0f)),
                wrong(
                        "rotaryBackward",
                        "qkv[6, 24]",
                        "dqkv[24, 6]",
                        new Rotary.Backward(
                                new Rotary.Forward(t("qkv", 6, 24), shape, null, 3, 1e4f), t("dqkv", 24, 6))),
                wrong("swiGlu", "out[2, 3]", "x[2, 5]", new SwiGlu.Forward(t("out", 2, 3), t("x", 2, 5))),
                wrong("swiGlu", "out[3, 2]", "x[2, 4]", new SwiGlu.Forward(t("out", 3, 2), t("x", 2, 4))),
                wrong(
                        "swiGluBackward",
                        "dout[2, 4]",
                        "x[2, 4]",
                        new SwiGlu.Backward(t("dx", 2, 4), t("dout", 2, 4), t("x", 2, 4))),
                wrong(
                        "swiGluBackward",
                        "dx[2, 2]",
                        "x[2, 4]",
                        new SwiGlu.Backward(t("dx", 2, 2), t("dout", 2, 2), t("x", 2, 4))),
                wrong("activation", "out[6]", "x[7]", new PointwiseActivation.Forward(t("out", 6), t("x", 7), RELU)),
                wrong(
                        "activationBackward",
                        "dx[6]",
                        "saved[7]",
                        new PointwiseActivation.Backward(t("dx", 6), t("dout", 6), t("saved", 7), RELU)),
                wrong(
                        "attention",
                        "out[6, 7]",
                        "qkv[6, 24]",
                        new CausalAttention.Forward(t("out", 6, 7), t("qkv", 6, 24), shape, Dropout.none())),
                wrong(
                        "attention",
                        "out[6, 8]",
                        "qkv[6, 23]",
                        new CausalAttention.Forward(t("out", 6, 8), t("qkv", 6, 23), shape, Dropout.none())),
                wrong(
                        "fillCaches",
                        "caches",
                        "T=3",
                        new CachedAttention.Fill(
                                t("k", 2, 8, 4), t("v", 2, 3, 8), t("qkv", 6, 24), ints("slots", 2), shape)),
                wrong(
                        "fillCaches",
                        "qkv",
                        "T=3",
                        new CachedAttention.Fill(
                                t("k", 2, 8, 3), t("v", 2, 3, 8), t("qkv", 8, 24), ints("slots", 2), shape)),
                wrong(
                        "attentionStep",
                        "positions[3]",
                        "out[2, 8]",
                        new CachedAttention.Step(
                                t("out", 2, 8),
                                t("k", 2, 8, 3),
                                t("v", 2, 3, 8),
                                t("qkv", 2, 24),
                                ints("positions", 3),
                                ints("slots", 2),
                                shape)),
                wrong(
                        "attentionBackward",
                        "out[6, 8]",
                        "dout[8, 6]",
                        new CausalAttention.Backward(
                                new CausalAttention.Forward(t("out", 6, 8), t("qkv", 6, 24), shape, Dropout.none()),
                                t("saved", 1),
                                t("dqkv", 6, 24),
                                t("dout", 8, 6))),
                wrong(
                        "residual",
                        "out[2, 3]",
                        "branch[3, 2]",
                        new Residual.Forward(t("out", 2, 3), t("residual", 2, 3), t("branch", 3, 2), Dropout.none())),
                wrong(
                        "residualBackward",
                        "dbranch[2, 3]",
                        "dout[6]",
                        new Residual.Backward(t("dbranch", 2, 3), t("dout", 6), Dropout.none())),
                wrong(
                        "crossEntropy",
                        "losses[3]",
                        "logits[2, 5]",
                        new CrossEntropy.Forward(t("losses", 3), t("logits", 2, 5), ints("targets", 2))),
                wrong(
                        "crossEntropy",
                        "targets[3]",
                        "logits[2, 5]",
                        new CrossEntropy.Forward(t("losses", 2), t("logits", 2, 5), ints("targets", 3))),
                wrong(
                        "crossEntropyWithGradient",
                        "dlogits[5, 2]",
                        "logits[2, 5]",
                        new CrossEntropy.WithGradient(
                                t("losses", 2), t("dlogits", 5, 2), t("logits", 2, 5), ints("targets", 2), 1f)),
                wrong("mean", "out[2]", "values[5]", new Reduction.Mean(t("out", 2), t("values", 5))),
                wrong("gradientNorm", "norm[2]", "gradients[5]", new Reduction.Norm(t("norm", 2), t("gradients", 5))),
                wrong(
                        "adamW",
                        "parameters[5]",
                        "m[4]",
                        new AdamW.Step(
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
                        new AdamW.Step(
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
                        new AdamW.Step(
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
            String operation, String first, String second, OperationCall call) {
        assertThatThrownBy(() -> workspace.record("wrong", call::record))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(operation + ":")
                .hasMessageContaining(first)
                .hasMessageContaining(second);
    }

    private static Tensor bf16(String name, int... shape) {
        return Tensor.activation(DType.BF16, name, shape);
    }

    private static Arguments wrongType(String refused, OperationCall call) {
        return Arguments.argumentSet(refused + " in " + call.getClass().getName(), refused, call);
    }

    static Stream<Arguments> wrongTypes() {
        Tensor weight = bf16("weight", 5, 3);
        return Stream.of(
                wrongType("x[2, 3]", new MatMul.Forward(t("out", 2, 5), bf16("x", 2, 3), weight, null)),
                wrongType("out[2, 5]", new MatMul.Forward(bf16("out", 2, 5), t("x", 2, 3), weight, null)),
                wrongType("bias[5]", new MatMul.Forward(t("out", 2, 5), t("x", 2, 3), weight, bf16("bias", 5))),
                wrongType(
                        "pre[2, 5]",
                        new MatMul.ForwardActivation(
                                t("out", 2, 5), bf16("pre", 2, 5), t("x", 2, 3), weight, null, Activation.GELU)),
                wrongType(
                        "residual[2, 5]",
                        new MatMul.ForwardResidual(
                                t("out", 2, 5), bf16("residual", 2, 5), t("x", 2, 3), weight, null, Dropout.none())),
                wrongType("weight[5, 3]", new MatMul.BackwardInput(t("dx", 2, 3), t("dout", 2, 5), weight)),
                wrongType(
                        "weight[5, 3]",
                        new MatMul.BackwardInputActivation(
                                t("dx", 2, 3), t("dout", 2, 5), weight, t("saved", 2, 3), RELU)),
                wrongType("weight[5, 3]", new MatMul.BackwardWeight(weight, null, t("dout", 2, 5), t("x", 2, 3))),
                wrongType("out[2, 3]", new Embedding.Gather(bf16("out", 2, 3), ints("rows", 2), bf16("table", 7, 3))),
                wrongType(
                        "wpe[2, 3]",
                        new Embedding.Forward(t("out", 2, 3), ints("tokens", 2), t("wte", 7, 3), bf16("wpe", 2, 3))),
                wrongType(
                        "table[7, 3]",
                        new Embedding.GatherBackward(bf16("table", 7, 3), t("dout", 2, 3), ints("rows", 2))),
                wrongType(
                        "wte[7, 3]",
                        new Embedding.Backward(bf16("wte", 7, 3), t("wpe", 2, 3), t("dout", 2, 3), ints("tokens", 2))),
                wrongType("x[2, 3]", new PointwiseActivation.Forward(t("out", 2, 3), bf16("x", 2, 3), RELU)),
                wrongType("out[2, 3]", new Elementwise.Copy(bf16("out", 2, 3), t("x", 2, 3))),
                wrongType(
                        "weight[3]",
                        new RmsNorm.Forward(t("out", 2, 3), t("rstd", 2, 1), t("x", 2, 3), bf16("weight", 3), 1e-5f)));
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void aTypeThatIsNotTakenIsRefusedWithItsTensor(String refused, OperationCall call) {
        assertThatThrownBy(() -> workspace.record("wrong", call::record))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(refused + " is bf16")
                .hasMessageNotContaining("\n");
    }

    @Test
    void weightsOfForwardPassesMayBeBf16() {
        workspace.record("right", recorder -> {
            new MatMul.Forward(t("out", 2, 5), t("x", 2, 3), bf16("weight", 5, 3), t("bias", 5)).record(recorder);
            new Embedding.Forward(t("out", 2, 3), ints("tokens", 2), bf16("wte", 7, 3), bf16("wpe", 2, 3))
                    .record(recorder);
        });
        workspace.build();
    }

    @Test
    void anActivationThatNeedsItsInputGetsATensorForItAndNoOtherDoes() {
        assertThatThrownBy(() -> workspace.record(
                        "wrong",
                        new MatMul.ForwardActivation(
                                t("out", 2, 5), null, t("x", 2, 3), t("weight", 5, 3), null, Activation.GELU)::record))
                .hasMessageContaining("GELU needs");
        assertThatThrownBy(() -> workspace.record(
                        "wrong",
                        new MatMul.ForwardActivation(
                                t("out", 2, 5), t("pre", 2, 5), t("x", 2, 3), t("weight", 5, 3), null, RELU)::record))
                .hasMessageContaining("RELU does not need");
    }

    @Test
    void impossibleAttentionSizesAreRefused() {
        assertThatThrownBy(() -> new AttentionShape(1, 2, 3, 2, 4)).hasMessageContaining("kvHeads must divide heads");
        assertThatThrownBy(() -> new AttentionShape(0, 2, 3, 3, 4)).hasMessageContaining("B=0");
    }
}
