package org.tornadogpt.kernels.ops.embedding;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Token plus learned position embedding:
 *
 * <pre>
 *   out[n]              = tokenTable[tokens[n]] + positionTable[n % T]
 *   dTokenTable[v]     += sum over n with tokens[n] = v of dout[n]
 *   dPositionTable[t]  += sum over n with n % T = t of dout[n]
 * </pre>
 *
 * The order of addition is the variant's, and the same in every run.
 */
public interface Embedding extends Variant {
    String OPERATION = "embedding";

    /** Rows, time, channels, vocabulary. */
    record Shape(int N, int T, int C, int V) {}

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C); {@code positionTable} (T,C) may be null. */
    void forward(KernelSink sink, Shape shape, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable);

    /** Adds to {@code dTokenTable} (V,C) and, unless null, {@code dPositionTable} (T,C). */
    void backward(KernelSink sink, Shape shape, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens);
}
