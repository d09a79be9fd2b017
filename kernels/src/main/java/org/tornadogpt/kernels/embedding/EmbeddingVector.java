package org.tornadogpt.kernels.embedding;

import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.IntSlice;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.VectorSlice;

/**
 * Forward by blocks of rows. Backward by stripes of channels: each stripe walks over all rows in order, so no two threads add to
 * the same element and the order of additions is fixed.
 */
public final class EmbeddingVector implements Embedding {
    private static final int ROWS = 32;
    private static final int STRIPE = 64;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public void forward(Launcher launcher, Shape s, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable) {
        VectorSlice y = VectorSlice.of(out);
        VectorSlice table = VectorSlice.of(tokenTable);
        VectorSlice positions = VectorSlice.of(positionTable);
        int C = s.C();
        launcher.blocks("embedding.forward", Math.ceilDiv(s.N(), ROWS), (block, worker) -> {
            int end = Math.min(s.N(), (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                long token = (long) tokens.get(n) * C;
                long position = (long) (n % s.T()) * C;
                for (int c = 0; c < C; c += LANES) {
                    VectorMask<Float> mask = first(C - c);
                    FloatVector value = table.load(token + c, mask);
                    if (positions != null) {
                        value = value.add(positions.load(position + c, mask));
                    }
                    y.store((long) n * C + c, value, mask);
                }
            }
        });
    }

    @Override
    public void backward(
            Launcher launcher, Shape s, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens) {
        VectorSlice table = VectorSlice.of(dTokenTable);
        VectorSlice positions = VectorSlice.of(dPositionTable);
        VectorSlice d = VectorSlice.of(dout);
        int C = s.C();
        launcher.blocks("embedding.backward", Math.ceilDiv(C, STRIPE), (block, worker) -> {
            int end = Math.min(C, (block + 1) * STRIPE);
            for (int n = 0; n < s.N(); n++) {
                add(table, (long) tokens.get(n) * C, d, (long) n * C, block * STRIPE, end);
                if (positions != null) {
                    add(positions, (long) (n % s.T()) * C, d, (long) n * C, block * STRIPE, end);
                }
            }
        });
    }

    private static void add(VectorSlice sum, long sumRow, VectorSlice x, long xRow, int from, int end) {
        for (int c = from; c < end; c += LANES) {
            VectorMask<Float> mask = first(end - c);
            sum.store(sumRow + c, sum.load(sumRow + c, mask).add(x.load(xRow + c, mask)), mask);
        }
    }
}
