package org.tornadogpt.checks.reference;

import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
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

/** The reference of all operations: by the type of the call. */
public final class References implements Reference {
    @Override
    public void compute(OperationCall call, Doubles values) {
        switch (call) {
            case MatMul.Forward a -> ProductReference.forward(a, values);
            case MatMul.ForwardActivation a -> ProductReference.forwardActivation(a, values);
            case MatMul.ForwardResidual a -> ProductReference.forwardResidual(a, values);
            case MatMul.BackwardInputActivation a -> ProductReference.backwardInputActivation(a, values);
            case MatMul.BackwardInput a -> ProductReference.backwardInput(a, values);
            case MatMul.BackwardWeight a -> ProductReference.backwardWeight(a, values);
            case CausalAttention.Forward a -> AttentionReference.forward(a, values);
            case CausalAttention.Backward a -> AttentionReference.backward(a, values);
            case CachedAttention.Fill a -> AttentionReference.fill(a, values);
            case CachedAttention.Step a -> AttentionReference.step(a, values);
            case LayerNorm.Forward a -> NormReference.forward(a, values);
            case LayerNorm.Backward a -> NormReference.backward(a, values);
            case RmsNorm.Forward a -> NormReference.forward(a, values);
            case RmsNorm.Backward a -> NormReference.backward(a, values);
            case Rotary.Forward a -> RotaryReference.forward(a, values);
            case Rotary.Backward a -> RotaryReference.backward(a, values);
            case PointwiseActivation.Forward a -> PointwiseReference.forward(a, values);
            case PointwiseActivation.Backward a -> PointwiseReference.backward(a, values);
            case SwiGlu.Forward a -> PointwiseReference.forward(a, values);
            case SwiGlu.Backward a -> PointwiseReference.backward(a, values);
            case Residual.Forward a -> PointwiseReference.forward(a, values);
            case Residual.Backward a -> PointwiseReference.backward(a, values);
            case Elementwise.Fill a -> PointwiseReference.fill(a, values);
            case Elementwise.Copy a -> PointwiseReference.copy(a, values);
            case Elementwise.Add a -> PointwiseReference.add(a, values);
            case Elementwise.Combine a -> PointwiseReference.combine(a, values);
            case Elementwise.Divide a -> PointwiseReference.divide(a, values);
            case Embedding.Forward a -> EmbeddingReference.forward(a, values);
            case Embedding.Backward a -> EmbeddingReference.backward(a, values);
            case Embedding.Gather a -> EmbeddingReference.gather(a, values);
            case Embedding.GatherBackward a -> EmbeddingReference.gatherBackward(a, values);
            case CrossEntropy.Forward a -> LossReference.forward(a, values);
            case CrossEntropy.WithGradient a -> LossReference.withGradient(a, values);
            case AdamW.Step a -> OptimizerReference.step(a, values);
            case Reduction.Mean a -> OptimizerReference.mean(a, values);
            case Reduction.Norm a -> OptimizerReference.norm(a, values);
            default ->
                throw new IllegalArgumentException("no reference knows calls of "
                        + call.getClass().getName() + ": a variant that makes them must bring one (OtherMathematics)");
        }
    }
}
