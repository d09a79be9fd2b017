package org.tornadogpt.kernels.ops.embedding;

import java.util.EnumSet;
import java.util.Set;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * One work-item for each element of a result. For the token table's gradient each of them reads through all tokens:
 * much reading, but no atomics and one fixed order of addition: the reference.
 */
public final class EmbeddingLoop implements Embedding {
    @Override
    public String name() {
        return "loop";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "one item per element";
    }

    @Override
    public String description() {
        return "One work-item for each element of a result. For the token table's gradient each reads "
                + "through all tokens: much reading, no atomics, one order of addition: the reference.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return REFERENCE;
    }

    @Override
    public Set<DType> weightTypes() {
        return EnumSet.allOf(DType.class);
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable) {
        if (tokenTable.type() == DType.BF16) {
            forwardBf16(sink, s, out, tokens, tokenTable, positionTable);
            return;
        }
        Slice position = positionTable == null ? tokenTable : positionTable;
        sink.loop(Call.of(
                "kEmbeddingForward",
                EmbeddingLoop::kEmbeddingForward,
                sink.offsets(),
                tokens.array(),
                sink.slot(tokens),
                tokenTable.array(),
                sink.slot(tokenTable),
                position.array(),
                sink.slot(positionTable),
                out.array(),
                sink.slot(out),
                s.N(),
                s.T(),
                s.C()));
    }

    private static void forwardBf16(
            KernelSink sink, Shape s, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable) {
        Slice position = positionTable == null ? tokenTable : positionTable;
        sink.loop(Call.of(
                "kEmbeddingForwardBf16",
                EmbeddingLoop::kEmbeddingForwardBf16,
                sink.offsets(),
                tokens.array(),
                sink.slot(tokens),
                tokenTable.bf16Array(),
                sink.slot(tokenTable),
                position.bf16Array(),
                sink.slot(positionTable),
                out.array(),
                sink.slot(out),
                s.N(),
                s.T(),
                s.C()));
    }

    @Override
    public void backward(
            KernelSink sink, Shape s, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens) {
        sink.loop(Call.of(
                "kEmbeddingBackwardTokens",
                EmbeddingLoop::kEmbeddingBackwardTokens,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                tokens.array(),
                sink.slot(tokens),
                dTokenTable.array(),
                sink.slot(dTokenTable),
                s.N(),
                s.C(),
                s.V()));
        if (dPositionTable != null) {
            backwardPositions(sink, s, dPositionTable, dout);
        }
    }

    /** The position table's part of {@link #backward}. */
    void backwardPositions(KernelSink sink, Shape s, Slice dPositionTable, Slice dout) {
        sink.loop(Call.of(
                "kEmbeddingBackwardPositions",
                EmbeddingLoop::kEmbeddingBackwardPositions,
                sink.offsets(),
                dout.array(),
                sink.slot(dout),
                dPositionTable.array(),
                sink.slot(dPositionTable),
                s.N(),
                s.T(),
                s.C()));
    }

    /** {@code out[n,c] = tokenTable[tokens[n],c] + positionTable[n % T,c]}; overwrites. */
    public static void kEmbeddingForward(
            IntArray offsets,
            IntArray tokens,
            int tokensSlot,
            FloatArray tokenTable,
            int tokenTableSlot,
            FloatArray positionTable,
            int positionTableSlot,
            FloatArray out,
            int outSlot,
            int N,
            int T,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                int token = tokens.get(offsets.get(tokensSlot) + n);
                float value = tokenTable.get(offsets.get(tokenTableSlot) + token * C + c);
                if (positionTableSlot >= 0) {
                    value += positionTable.get(offsets.get(positionTableSlot) + n % T * C + c);
                }
                out.set(offsets.get(outSlot) + n * C + c, value);
            }
        }
    }

    /**
     * As {@link #kEmbeddingForward}, the tables in bfloat16: a kernel's arrays have one type, so this is another
     * kernel.
     */
    public static void kEmbeddingForwardBf16(
            IntArray offsets,
            IntArray tokens,
            int tokensSlot,
            ShortArray tokenTable,
            int tokenTableSlot,
            ShortArray positionTable,
            int positionTableSlot,
            FloatArray out,
            int outSlot,
            int N,
            int T,
            int C) {
        for (@Parallel int n = 0; n < N; n++) {
            for (@Parallel int c = 0; c < C; c++) {
                int token = tokens.get(offsets.get(tokensSlot) + n);
                float value = Float.intBitsToFloat(tokenTable.get(offsets.get(tokenTableSlot) + token * C + c) << 16);
                if (positionTableSlot >= 0) {
                    int position = offsets.get(positionTableSlot) + n % T * C + c;
                    value += Float.intBitsToFloat(positionTable.get(position) << 16);
                }
                out.set(offsets.get(outSlot) + n * C + c, value);
            }
        }
    }

    /** {@code dTokenTable[v,c] += sum of dout[n,c] over the n with tokens[n] = v}; accumulates. */
    public static void kEmbeddingBackwardTokens(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            IntArray tokens,
            int tokensSlot,
            FloatArray dTokenTable,
            int dTokenTableSlot,
            int N,
            int C,
            int V) {
        for (@Parallel int v = 0; v < V; v++) {
            for (@Parallel int c = 0; c < C; c++) {
                int tokensAt = offsets.get(tokensSlot);
                int doutAt = offsets.get(doutSlot) + c;
                float sum = 0f;
                for (int n = 0; n < N; n++) {
                    if (tokens.get(tokensAt + n) == v) {
                        sum += dout.get(doutAt + n * C);
                    }
                }
                int at = offsets.get(dTokenTableSlot) + v * C + c;
                dTokenTable.set(at, dTokenTable.get(at) + sum);
            }
        }
    }

    /** {@code dPositionTable[t,c] += sum of dout[n,c] over the n with n % T = t}; accumulates. */
    public static void kEmbeddingBackwardPositions(
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            FloatArray dPositionTable,
            int dPositionTableSlot,
            int N,
            int T,
            int C) {
        for (@Parallel int t = 0; t < T; t++) {
            for (@Parallel int c = 0; c < C; c++) {
                int doutAt = offsets.get(doutSlot) + c;
                float sum = 0f;
                for (int n = t; n < N; n += T) {
                    sum += dout.get(doutAt + n * C);
                }
                int at = offsets.get(dPositionTableSlot) + t * C + c;
                dPositionTable.set(at, dPositionTable.get(at) + sum);
            }
        }
    }
}
