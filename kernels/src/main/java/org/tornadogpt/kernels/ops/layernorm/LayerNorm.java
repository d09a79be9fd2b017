package org.tornadogpt.kernels.ops.layernorm;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016, equations 3 and 4) over the rows of x (N,C):
 *
 * <pre>
 *   mean[n] = sum_c x[n,c] / C          var[n] = sum_c (x[n,c] - mean[n])² / C
 *   rstd[n] = 1 / sqrt(var[n] + 1e-5)   xhat   = (x - mean) rstd
 *   out     = xhat weight + bias
 *
 *   g        = dout weight
 *   dx      += rstd (g - sum_c(g)/C - xhat sum_c(g xhat)/C)
 *   dweight += sum_n dout xhat          dbias += sum_n dout
 * </pre>
 *
 * {@code dx} accumulates because it is the residual stream's gradient. About 8 N C operations forward, 14 N C backward.
 */
public interface LayerNorm extends Variant {
    String OPERATION = "layernorm";

    /** Added to the variance, as PyTorch's default. */
    float EPSILON = 1e-5f;

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C) and {@code statistics} (N,2: mean, rstd); {@code bias} (C) may be null. */
    void forward(KernelSink sink, int N, int C, Slice out, Slice statistics, Slice x, Slice weight, Slice bias);

    /** Adds to {@code dx} (N,C), {@code dweight} (C) and, unless null, {@code dbias} (C). */
    void backward(
            KernelSink sink,
            int N,
            int C,
            Slice dx,
            Slice dweight,
            Slice dbias,
            Slice dout,
            Slice x,
            Slice statistics,
            Slice weight);
}
