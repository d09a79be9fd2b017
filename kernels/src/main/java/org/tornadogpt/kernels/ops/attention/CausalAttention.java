package org.tornadogpt.kernels.ops.attention;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Causal multi-head self-attention (Vaswani et al. 2017, section 3.2) on a packed input, see {@link AttentionShape}. For each
 * batch and head, with i the query's and j the key's position:
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
 * The mask's element for query i of batch b and head h is at row {@code (b*H + h)*T + i}, column j. All slices lie in one array
 * (the planner's arena), so kernels take that array once. About 2·B·H·T²·D operations forward and 5·B·H·T²·D backward, the
 * masked half not counted.
 */
public interface CausalAttention extends Variant {
    String OPERATION = "attention";

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
