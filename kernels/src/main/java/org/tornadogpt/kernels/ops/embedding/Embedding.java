package org.tornadogpt.kernels.ops.embedding;

import java.util.List;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.graph.Recorder;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Shapes;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * Token plus learned position embedding:
 *
 * <pre>
 *   out[n]              = tokenTable[tokens[n]] + positionTable[n % T]
 *   dTokenTable[v]     += sum over n with tokens[n] = v of dout[n]
 *   dPositionTable[t]  += sum over n with n % T = t of dout[n]
 * </pre>
 *
 * Without positions it is a {@code gather} of rows of any table: {@code out[n] = table[rows[n]]}, {@code
 * dtable[rows[n]] += dout[n]}. The order of addition is the variant's, and the same in every run. The tables of a
 * forward pass may be bfloat16, both of them, where the variant takes it; all else is float32.
 */
public interface Embedding extends Variant {
    String OPERATION = "embedding";

    /** Rows, time, channels, vocabulary. */
    record Shape(int N, int T, int C, int V) {}

    /**
     * Arguments of {@link #forward(Recorder, Forward)}.
     *
     * @param out (N, C)
     * @param tokens N indices into the token table
     * @param tokenTable (V, C)
     * @param positionTable (T, C)
     */
    record Forward(Tensor out, IntTensor tokens, Tensor tokenTable, Tensor positionTable) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Embedding.forward(recorder, this);
        }
    }

    /** Arguments of {@link #backward(Recorder, Backward)}. */
    record Backward(Tensor dTokenTable, Tensor dPositionTable, Tensor dout, IntTensor tokens) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Embedding.backward(recorder, this);
        }
    }

    /** Arguments of {@link #gather}: out (N, C), N row numbers, table (V, C). */
    record Gather(Tensor out, IntTensor rows, Tensor table) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Embedding.gather(recorder, this);
        }
    }

    /** Arguments of {@link #gatherBackward}. */
    record GatherBackward(Tensor dtable, Tensor dout, IntTensor rows) implements OperationCall {
        @Override
        public void record(Recorder recorder) {
            Embedding.gatherBackward(recorder, this);
        }
    }

    /** {@code out[n] = tokenTable[tokens[n]] + positionTable[n % T]}. */
    static void forward(Recorder recorder, Forward a) {
        Shape shape = shape("embedding", a.out, a.tokens, a.tokenTable, a.positionTable);
        forward(recorder, "forward", a, shape, a.out, a.tokens, a.tokenTable, a.positionTable);
    }

    /** Adds {@code dout} to the rows of {@code dTokenTable} and {@code dPositionTable}. */
    static void backward(Recorder recorder, Backward a) {
        Shape shape = shape("embedding backward", a.dout, a.tokens, a.dTokenTable, a.dPositionTable);
        Shapes.floats("embedding backward", a.dTokenTable);
        backward(recorder, "backward", a, shape, a.dTokenTable, a.dPositionTable, a.dout, a.tokens);
    }

    /** {@code out[n] = table[rows[n]]}. */
    static void gather(Recorder recorder, Gather a) {
        Shape shape = shape("gather", a.out, a.rows, a.table, null);
        forward(recorder, "gather", a, shape, a.out, a.rows, a.table, null);
    }

    /** Adds {@code dout[n]} to {@code dtable[rows[n]]}. */
    static void gatherBackward(Recorder recorder, GatherBackward a) {
        Shape shape = shape("gather backward", a.dout, a.rows, a.dtable, null);
        Shapes.floats("gather backward", a.dtable);
        backward(recorder, "gatherBackward", a, shape, a.dtable, null, a.dout, a.rows);
    }

    private static void forward(
            Recorder recorder,
            String phase,
            OperationCall call,
            Shape shape,
            Tensor out,
            IntTensor tokens,
            Tensor tokenTable,
            Tensor positionTable) {
        Embedding variant = recorder.variant(Embedding.class, tokenTable.type());
        recorder.node(
                variant,
                phase,
                call,
                Tensor.present(tokenTable, positionTable),
                List.of(out),
                out.size(),
                sink -> variant.forward(
                        sink,
                        shape,
                        out.slice(),
                        tokens.slice(),
                        tokenTable.slice(),
                        Tensor.sliceOrNull(positionTable)));
    }

    private static void backward(
            Recorder recorder,
            String phase,
            OperationCall call,
            Shape shape,
            Tensor dTokenTable,
            Tensor dPositionTable,
            Tensor dout,
            IntTensor tokens) {
        Embedding variant = recorder.variant(Embedding.class);
        recorder.node(
                variant,
                phase,
                call,
                List.of(dout),
                Tensor.present(dTokenTable, dPositionTable),
                2L * dout.size(),
                sink -> variant.backward(
                        sink,
                        shape,
                        dTokenTable.slice(),
                        Tensor.sliceOrNull(dPositionTable),
                        dout.slice(),
                        tokens.slice()));
    }

    private static Shape shape(
            String operation, Tensor out, IntTensor tokens, Tensor tokenTable, Tensor positionTable) {
        Shapes.floats(operation, out);
        int N = out.rows();
        int C = out.columns();
        Shapes.check(tokens.size() == N, operation, "tokens", tokens, "out", out);
        Shapes.check(tokenTable.columns() == C, operation, "tokenTable", tokenTable, "out", out);
        int T = N;
        if (positionTable != null) {
            T = positionTable.rows();
            boolean fits = positionTable.columns() == C && (N % T == 0 || N < T);
            Shapes.check(fits, operation, "positionTable", positionTable, "out", out);
            if (positionTable.type() != tokenTable.type()) {
                throw new IllegalArgumentException(operation + ": " + tokenTable + " is " + tokenTable.type() + ", "
                        + positionTable + " is " + positionTable.type() + ": tables have one type");
            }
        }
        return new Shape(N, T, C, tokenTable.rows());
    }

    @Override
    default String operation() {
        return OPERATION;
    }

    /** Overwrites {@code out} (N,C); {@code positionTable} (T,C) may be null. */
    void forward(KernelSink sink, Shape shape, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable);

    /** Adds to {@code dTokenTable} (V,C) and, unless null, {@code dPositionTable} (T,C). */
    void backward(KernelSink sink, Shape shape, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens);
}
