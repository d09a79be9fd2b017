package org.tornadogpt.kernels.ops.attention;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Causal multi-head self-attention (Vaswani et al. 2017, section 3.2) on a packed input, see {@link AttentionShape}.
 * For each batch and head, with i the query's and j the key's position:
 *
 * <pre>
 *   s[i,j] = q[i]·k[j] / sqrt(D), j &lt;= i      p = softmax over j of s
 *   out[i] = sum_j m[i,j] p[i,j] v[j]          m: dropout mask, scaled
 *
 *   dv[j]  = sum_i m p dout[i]                 dp[i,j] = m dout[i]·v[j]
 *   ds     = p (dp - delta[i])                 delta[i] = sum_j p dp = dout[i]·out[i]
 *   dq[i]  = sum_j ds k[j] / sqrt(D)           dk[j] = sum_i ds q[i] / sqrt(D)
 * </pre>
 *
 * The mask's element for query i of batch b and head h is at row {@code (b*H + h)*T + i}, column j. All slices lie in
 * one array (the planner's arena), so kernels take that array once. About 2·B·H·T²·D operations forward and 5·B·H·T²·D
 * backward, the masked half not counted.
 */
public interface CausalAttention extends Variant {
    String OPERATION = "attention";

    /** Arguments of {@link #forward(Recorder, Forward)}: out (N, heads*D), qkv (N, packed width). */
    record Forward(Tensor out, Tensor qkv, AttentionShape shape, Dropout dropout) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CausalAttention.forward(recorder, this);
        }
    }

    /**
     * Arguments of {@link #backward(Recorder, Backward)}.
     *
     * @param forward the forward pass's arguments
     * @param saved what it returned
     */
    record Backward(Forward forward, Tensor saved, Tensor dqkv, Tensor dout) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            CausalAttention.backward(recorder, this);
        }
    }

    /**
     * Overwrites {@code out}.
     *
     * @return what the variant keeps for the backward pass; its shape is the variant's business
     */
    static Tensor forward(Recorder recorder, Forward a) {
        AttentionShape s = a.shape;
        s.check("attention", a.out, a.qkv);
        CausalAttention variant = recorder.variant(CausalAttention.class);
        Tensor saved = recorder.allocate(a.out.name() + ".saved", variant.savedFloats(s));
        recorder.node(
                variant,
                "forward",
                a,
                List.of(a.qkv),
                List.of(a.out, saved),
                flops(2, s),
                sink -> variant.forward(sink, s, a.dropout, a.out.slice(), saved.slice(), a.qkv.slice()));
        return saved;
    }

    /** Overwrites {@code dqkv}. */
    static void backward(Recorder recorder, Backward a) {
        Forward f = a.forward;
        AttentionShape s = f.shape;
        s.check("attentionBackward", f.out, f.qkv);
        Shapes.same("attentionBackward", f.out, a.dout);
        Shapes.same("attentionBackward", f.qkv, a.dqkv);
        CausalAttention variant = recorder.variant(CausalAttention.class);
        recorder.node(
                variant,
                "backward",
                a,
                List.of(a.dout, f.out, f.qkv, a.saved),
                List.of(a.dqkv),
                flops(5, s),
                sink -> variant.backward(
                        sink,
                        s,
                        f.dropout,
                        a.dqkv.slice(),
                        a.dout.slice(),
                        f.out.slice(),
                        f.qkv.slice(),
                        a.saved.slice()));
    }

    /** {@code products} matrix products of T x T x D for each batch and head, of which the causal half is counted. */
    private static long flops(int products, AttentionShape s) {
        return (long) products * s.B() * s.heads() * s.T() * (s.T() + 1) * s.D();
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Floats that forward keeps for backward: all probabilities, or one log-sum-exp for each row. */
    int savedFloats(AttentionShape shape);

    /** Overwrites {@code out} (N, heads*D) and {@code saved}. */
    void forward(KernelSink sink, AttentionShape shape, Dropout dropout, Slice out, Slice saved, Slice qkv);

    /** Overwrites {@code dqkv} (N, packed width). */
    void backward(
            KernelSink sink,
            AttentionShape shape,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved);
}
