package org.tornadogpt.kernels.ops.embedding;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;

import java.util.EnumSet;
import java.util.Set;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.kernel.vector.VectorSource;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Forward by blocks of rows. Backward by tokens and by positions: each row of the tables belongs to one block of work,
 * which walks over the rows of the gradient in order, so no two threads add to the same element and the order of
 * additions is fixed.
 */
public final class EmbeddingVector implements Embedding {
    private static final int ROWS = 32;
    /** How many blocks of work the backward pass is cut into, for tokens and for positions. */
    private static final int SHARES = 16;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "blocks of rows and tokens";
    }

    @Override
    public String description() {
        return "Forward by blocks of rows; backward each row of a table belongs to one block of work, "
                + "which walks over the gradient's rows in order.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public Set<DType> weightTypes() {
        return EnumSet.allOf(DType.class);
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable) {
        VectorSlice y = VectorSlice.of(out);
        VectorSource table = VectorSource.of(tokenTable);
        VectorSource positions = positionTable == null ? null : VectorSource.of(positionTable);
        int C = s.C();
        sink.blocks("embedding.forward", Math.ceilDiv(s.N(), ROWS), (block, worker) -> {
            int end = Math.min(s.N(), (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                long token = (long) tokens.get(n) * C;
                long position = (long) (n % s.T()) * C;
                int whole = wholeVectors(C);
                for (int c = 0; c < whole; c += LANES) {
                    FloatVector value = table.load(token + c);
                    if (positions != null) {
                        value = value.add(positions.load(position + c));
                    }
                    y.store((long) n * C + c, value);
                }
                if (whole < C) {
                    VectorMask<Float> mask = first(C - whole);
                    FloatVector value = table.load(token + whole, mask);
                    if (positions != null) {
                        value = value.add(positions.load(position + whole, mask));
                    }
                    y.store((long) n * C + whole, value, mask);
                }
            }
        });
    }

    @Override
    public void backward(
            KernelSink sink, Shape s, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens) {
        VectorSlice table = VectorSlice.of(dTokenTable);
        VectorSlice positions = VectorSlice.of(dPositionTable);
        VectorSlice d = VectorSlice.of(dout);
        int shares = Math.min(s.T(), SHARES);
        float[][] scratch = sink.workerScratch(2 * s.C() * Math.ceilDiv(s.T(), shares));
        sink.blocks("embedding.backward", SHARES, (share, worker) -> {
            addTokens(s, table, d, tokens, share, scratch[worker]);
        });
        if (positions != null) {
            sink.blocks("embedding.backwardPositions", shares, (share, worker) -> {
                addPositions(s, positions, d, s.T() * share / shares, s.T() * (share + 1) / shares, scratch[worker]);
            });
        }
    }

    /** The rows of every {@link #SHARES}th token of the vocabulary. */
    private static void addTokens(Shape s, VectorSlice table, VectorSlice d, IntSlice tokens, int share, float[] w) {
        int C = s.C();
        for (int n = 0; n < s.N(); n++) {
            int token = tokens.get(n);
            if (token % SHARES == share) {
                table.copyTo((long) token * C, w, 0, C);
                d.copyTo((long) n * C, w, C, C);
                LanesVector.add(w, 0, w, C, C);
                table.copyFrom((long) token * C, w, 0, C);
            }
        }
    }

    /** The rows of some positions that follow each other, sequence by sequence. */
    private static void addPositions(Shape s, VectorSlice table, VectorSlice d, int from, int end, float[] w) {
        int length = (end - from) * s.C();
        table.copyTo((long) from * s.C(), w, 0, length);
        for (int n = from; n < s.N(); n += s.T()) {
            int some = Math.min(end - from, s.N() - n) * s.C();
            d.copyTo((long) n * s.C(), w, length, some);
            LanesVector.add(w, 0, w, length, some);
        }
        table.copyFrom((long) from * s.C(), w, 0, length);
    }
}
