package org.tornadogpt.kernels.ops.embedding;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.ColumnSumsGroup;
import org.tornadogpt.kernels.kernel.group.RowGroups;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The token table's gradient without atomics: a group for each token of the vocabulary and part of the positions looks
 * through the positions, one for each item at a time, and where any item finds its token, all of them add up channels
 * of the rows found. Parts leave sums in scratch memory, which are added in order. A large vocabulary has groups enough
 * without parts. Within a part rows are added in order of position. Positions of whole sequences are columns ({@link
 * ColumnSumsGroup}); the rest is {@link EmbeddingLoop}'s.
 */
public final class EmbeddingGroup implements Embedding {
    private static final int GROUPS_WANTED = 2048;
    private static final int LEAST_PART = 512;
    private static final int MOST_PARTS = 32;
    private static final EmbeddingLoop LOOPS = new EmbeddingLoop();

    @Override
    public String name() {
        return "scan";
    }

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public String mechanism() {
        return "groups scan for their token";
    }

    @Override
    public String description() {
        return "The token table's gradient without atomics: a group per token and part of the positions "
                + "scans the tokens and adds up the rows found; parts are added in order. Positions are "
                + "sums down columns.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, IntSlice tokens, Slice tokenTable, Slice positionTable) {
        LOOPS.forward(sink, s, out, tokens, tokenTable, positionTable);
    }

    @Override
    public void backward(
            KernelSink sink, Shape s, Slice dTokenTable, Slice dPositionTable, Slice dout, IntSlice tokens) {
        int parts = Math.max(1, Math.min(Math.min(MOST_PARTS, GROUPS_WANTED / s.V()), s.N() / LEAST_PART));
        int table = Math.multiplyExact(s.V(), s.C());
        Slice sums = parts == 1 ? dTokenTable : sink.scratch(Math.multiplyExact(parts, table));
        int items = sink.groupSize(RowGroups.itemsFor(4 * s.C()));
        sink.group(
                Call.of(
                        "kEmbeddingScan",
                        EmbeddingGroup::kEmbeddingScan,
                        new KernelContext(),
                        sink.offsets(),
                        dout.array(),
                        sink.slot(dout),
                        tokens.array(),
                        sink.slot(tokens),
                        sums.array(),
                        sink.slot(sums),
                        s.N(),
                        s.C(),
                        s.V(),
                        (s.N() - 1) / parts + 1,
                        parts == 1 ? 1 : 0,
                        items),
                WorkGroups.of(s.V(), parts, items, 1));
        if (parts > 1) {
            ColumnSumsGroup.add(sink, parts, table, dTokenTable, sums);
        }
        if (dPositionTable != null) {
            backwardPositions(sink, s, dPositionTable, dout);
        }
    }

    /** Whole sequences are the rows of a matrix whose columns are added up. */
    private static void backwardPositions(KernelSink sink, Shape s, Slice dPositionTable, Slice dout) {
        if (s.N() % s.T() == 0) {
            ColumnSumsGroup.add(sink, s.N() / s.T(), Math.multiplyExact(s.T(), s.C()), dPositionTable, dout);
        } else {
            LOOPS.backwardPositions(sink, s, dPositionTable, dout);
        }
    }

    /**
     * {@code out[part,v,c] (+)= sum of dout[n,c] over the n of the part with tokens[n] = v}; accumulates or overwrites.
     * Channels that an item has beyond its first are further passes.
     */
    public static void kEmbeddingScan(
            KernelContext context,
            IntArray offsets,
            FloatArray dout,
            int doutSlot,
            IntArray tokens,
            int tokensSlot,
            FloatArray out,
            int outSlot,
            int N,
            int C,
            int V,
            int partRows,
            int accumulate,
            int items) {
        int[] seen = context.allocateIntLocalArray(RowGroups.ITEMS);
        int[] found = context.allocateIntLocalArray(1);
        int lid = context.localIdx;
        int v = context.groupIdx;
        int begin = context.groupIdy * partRows;
        int end = begin + partRows;
        if (end > N) {
            end = N;
        }
        int tokensAt = offsets.get(tokensSlot);
        int doutAt = offsets.get(doutSlot);
        int row = offsets.get(outSlot) + (context.groupIdy * V + v) * C;
        for (int c0 = 0; c0 < C; c0 += items) {
            int c = c0 + lid;
            float sum = 0f;
            for (int n0 = begin; n0 < end; n0 += items) {
                if (lid == 0) {
                    found[0] = 0;
                }
                context.localBarrier();
                int token = -1;
                if (n0 + lid < end) {
                    token = tokens.get(tokensAt + n0 + lid);
                }
                seen[lid] = token;
                if (token == v) {
                    found[0] = 1;
                }
                context.localBarrier();
                if (found[0] > 0) {
                    for (int k = 0; k < items; k++) {
                        if (seen[k] == v && c < C) {
                            sum += dout.get(doutAt + (n0 + k) * C + c);
                        }
                    }
                }
                context.localBarrier();
            }
            if (c < C) {
                float value = sum;
                if (accumulate > 0) {
                    value += out.get(row + c);
                }
                out.set(row + c, value);
            }
        }
    }
}
