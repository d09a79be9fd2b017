package org.tornadogpt.kernels.ops.attention;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.wholeVectors;
import static org.tornadogpt.kernels.kernel.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.kernel.vector.TileVector.ROWS;
import static org.tornadogpt.kernels.ops.attention.FlashLayoutVector.QUERIES;
import static org.tornadogpt.kernels.ops.attention.FlashLayoutVector.STRIDE;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.kernel.vector.CacheLines;
import org.tornadogpt.kernels.kernel.vector.DropoutVector;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.MathVector;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;

/** The backward pass of a block's heads; see {@link CausalAttentionFlashVector}. */
record FlashBackwardVector(
        FlashLayoutVector layout,
        FlashRowsVector rows,
        Places at,
        Tensors tensors,
        AttentionShape shape,
        DropoutVector dropout,
        float scale) {

    private static final FloatVector ZERO = FloatVector.zero(F);
    private static final FloatVector IOTA = FloatVector.zero(F).addIndex(1);

    /** What is read, and dqkv, which is written. */
    record Tensors(VectorSlice dqkv, VectorSlice dout, VectorSlice out, VectorSlice qkv, VectorSlice saved) {}

    static FlashBackwardVector of(AttentionShape s, DropoutVector dropout, Tensors tensors) {
        FlashLayoutVector layout = FlashLayoutVector.of(s);
        FlashRowsVector rows = FlashRowsVector.of(s);
        float scale = (float) (1.0 / Math.sqrt(s.D()));
        return new FlashBackwardVector(layout, rows, Places.of(layout, rows), tensors, s, dropout, scale);
    }

    int scratchFloats() {
        return at.end;
    }

    /** Where things are in the scratch array: the block's rows (names of their own), then what one head needs. */
    private record Places(
            int packed,
            int doutRows,
            int dpacked,
            int outRows,
            int q,
            int k,
            int dout,
            int dk,
            int dv,
            int qt,
            int doutT,
            int kt,
            int vt,
            int p,
            int ds,
            int dq,
            int lse,
            int delta,
            int masks,
            int end) {
        static Places of(FlashLayoutVector layout, FlashRowsVector rows) {
            int natural = layout.natural();
            int packed = CacheLines.START;
            int doutRows = CacheLines.next(packed + layout.rows() * rows.packedWidth());
            int dpacked = CacheLines.next(doutRows + layout.rows() * rows.width());
            int outRows = CacheLines.next(dpacked + layout.T() * rows.packedWidth());
            int q = CacheLines.next(outRows + layout.T() * rows.width());
            int k = q + natural;
            int dout = k + natural;
            int dk = dout + natural;
            int dv = dk + natural;
            int qt = dv + natural;
            int doutT = CacheLines.next(qt + layout.queries());
            int kt = CacheLines.next(doutT + layout.queries());
            int vt = CacheLines.next(kt + layout.keys());
            int p = CacheLines.next(vt + layout.keys());
            int ds = CacheLines.next(p + layout.strip());
            int dq = CacheLines.next(ds + layout.strip());
            int lse = CacheLines.next(dq + layout.block());
            int delta = lse + layout.Tp();
            int masks = delta + layout.Tp();
            int end = masks + layout.masks();
            return new Places(
                    packed, doutRows, dpacked, outRows, q, k, dout, dk, dv, qt, doutT, kt, vt, p, ds, dq, lse, delta,
                    masks, end);
        }
    }

    /** Some heads of one sequence. */
    void run(int block, float[] s) {
        int stride = rows.packedWidth();
        rows.loadPacked(tensors.qkv, block, s, at.packed);
        rows.loadOut(tensors.dout, block, s, at.doutRows);
        rows.loadOut(tensors.out, block, s, at.outRows);
        for (int g = 0; g < rows.groups(); g++) {
            layout.loadNatural(s, at.packed + rows.k(g), stride, at.k);
            layout.transposeKeys(s, at.packed + rows.k(g), stride, at.kt);
            layout.transposeKeys(s, at.packed + rows.v(g), stride, at.vt);
            for (int h = g * rows.headsPerGroup(); h < (g + 1) * rows.headsPerGroup(); h++) {
                head(block, h, s);
            }
            layout.storeNatural(s, at.dk, at.dpacked + rows.k(g), stride);
            layout.storeNatural(s, at.dv, at.dpacked + rows.v(g), stride);
        }
        rows.storePacked(s, at.dpacked, tensors.dqkv, block);
    }

    private void head(int block, int h, float[] s) {
        int stride = rows.packedWidth();
        layout.loadNatural(s, at.packed + rows.q(h), stride, at.q);
        layout.transposeQueries(s, at.packed + rows.q(h), stride, at.qt);
        layout.loadNatural(s, at.doutRows + rows.q(h), rows.width(), at.dout);
        layout.transposeQueries(s, at.doutRows + rows.q(h), rows.width(), at.doutT);
        int head = rows.sequence(block) * shape.heads() + rows.firstGroup(block) * rows.headsPerGroup() + h;
        rowTerms(s, head, h);
        for (int q = 0; q < shape.T(); q += QUERIES) {
            queryBlock(s, head, q, h % rows.headsPerGroup() == 0);
            int n = Math.min(QUERIES, shape.T() - q);
            layout.storeBlock(s, at.dq, at.dpacked + q * stride + rows.q(h), stride, n);
        }
    }

    /** @param first whether nothing has been added up for this key/value head */
    private void queryBlock(float[] s, int head, int q, boolean first) {
        int maskRow = head * shape.T() + q;
        int seen = CausalAttentionFlashVector.keysSeen(shape.T(), q);
        for (int k = 0; k < seen; k = CausalAttentionFlashVector.keyBlockEnd(k, seen)) {
            int end = CausalAttentionFlashVector.keyBlockEnd(k, seen);
            FlashForwardVector.scores(layout, s, at.qt, at.kt, at.p, q, k, end);
            FlashForwardVector.scores(layout, s, at.doutT, at.vt, at.ds, q, k, end);
            for (int v = 0; v < QUERIES && q + v < shape.T(); v += LANES) {
                probabilities(s, maskRow + v, q, v, k, end);
            }
            addKeyGradients(s, q, k, end, first);
            addQueryGradients(s, q, k, end);
        }
    }

    /** The head's log-sum-exps, and delta = dout·out; zero beyond the end. */
    private void rowTerms(float[] s, int head, int h) {
        int T = shape.T();
        tensors.saved.copyTo((long) head * T, s, at.lse, T);
        Arrays.fill(s, at.lse + T, at.lse + layout.Tp(), 0f);
        Arrays.fill(s, at.delta + T, at.delta + layout.Tp(), 0f);
        int width = rows.width();
        for (int t = 0; t < T; t++) {
            int row = t * width + rows.q(h);
            s[at.delta + t] = dot(s, at.doutRows + row, at.outRows + row, shape.D());
        }
    }

    private static float dot(float[] s, int a, int b, int n) {
        FloatVector sum = FloatVector.zero(F);
        int whole = wholeVectors(n);
        for (int i = 0; i < whole; i += LANES) {
            sum = FloatVector.fromArray(F, s, a + i).fma(FloatVector.fromArray(F, s, b + i), sum);
        }
        if (whole < n) {
            VectorMask<Float> mask = first(n - whole);
            sum = FloatVector.fromArray(F, s, a + whole, mask).fma(FloatVector.fromArray(F, s, b + whole, mask), sum);
        }
        return LanesVector.sum(sum);
    }

    /**
     * p := m exp(scale score - lse), ds := scale exp(scale score - lse) (m dp - delta), for some queries and a block of
     * keys.
     *
     * @param q first query of the block
     * @param v first of these queries in the block
     */
    private void probabilities(float[] s, int maskRow, int q, int v, int from, int end) {
        int first = q + v;
        int seen = Math.min(end, first + LANES);
        if (dropout.isActive()) {
            dropped(s, maskRow, first, v, from, seen);
        } else {
            kept(s, at.p + v, at.ds + v, at.lse + first, at.delta + first, from - first, seen - first, scale);
        }
        FlashForwardVector.clear(s, at.p + v, seen - from, end - from);
        FlashForwardVector.clear(s, at.ds + v, seen - from, end - from);
    }

    /** Keys {@code from} to {@code end}, relative to the first query. */
    private static void kept(float[] s, int p, int ds, int lseAt, int deltaAt, int from, int end, float scale) {
        FloatVector lse = FloatVector.fromArray(F, s, lseAt);
        FloatVector delta = FloatVector.fromArray(F, s, deltaAt);
        int at = 0;
        for (int k = from; k < end; k++, at += STRIDE) {
            FloatVector e = MathVector.expUpTo88(
                    FloatVector.fromArray(F, s, p + at).mul(scale).sub(lse));
            e = ZERO.blend(e, IOTA.compare(VectorOperators.GE, k));
            e.intoArray(s, p + at);
            e.mul(scale).mul(FloatVector.fromArray(F, s, ds + at).sub(delta)).intoArray(s, ds + at);
        }
    }

    private void dropped(float[] s, int maskRow, int first, int v, int from, int seen) {
        dropout.keepRows(maskRow, from, seen, s, at.masks);
        int lse = at.lse + first;
        int delta = at.delta + first;
        drop(s, at.p + v, at.ds + v, lse, delta, at.masks, from - first, seen - first, dropout.scale(), scale);
    }

    /** As {@link #kept}, with the masks at {@code masks}. */
    private static void drop(
            float[] s,
            int p,
            int ds,
            int lseAt,
            int deltaAt,
            int masks,
            int from,
            int end,
            float keepScale,
            float scale) {
        FloatVector lse = FloatVector.fromArray(F, s, lseAt);
        FloatVector delta = FloatVector.fromArray(F, s, deltaAt);
        int at = 0;
        for (int k = from; k < end; k++, at += STRIDE) {
            VectorMask<Float> kept = DropoutVector.kept(s[masks + k - from]);
            FloatVector e = MathVector.expUpTo88(
                    FloatVector.fromArray(F, s, p + at).mul(scale).sub(lse));
            e = ZERO.blend(e, IOTA.compare(VectorOperators.GE, k));
            ZERO.blend(e.mul(keepScale), kept).intoArray(s, p + at);
            FloatVector dp = ZERO.blend(FloatVector.fromArray(F, s, ds + at).mul(keepScale), kept);
            e.mul(scale).mul(dp.sub(delta)).intoArray(s, ds + at);
        }
    }

    /**
     * dv[key] += sum of p[key][query] dout[query]; dk[key] += sum of ds[key][query] q[query]. The first block of
     * queries that sees a key sets them.
     */
    private void addKeyGradients(float[] s, int q, int from, int end, boolean first) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int k = from; k < end; k += ROWS) {
            int skip = Math.max(0, (k - q) / LANES * LANES);
            int queries = queryEnd - skip;
            int strip = (k - from) * STRIDE + skip;
            boolean add = k < q || !first;
            for (int d = 0; d < layout.Dp(); d += COLUMNS) {
                int row = layout.at(q + skip, d);
                int to = layout.at(k, d);
                TileVector.rows(s, at.p + strip, s, at.dout + row, queries, s, at.dv + to, COLUMNS, add, shape.D() - d);
                TileVector.rows(s, at.ds + strip, s, at.q + row, queries, s, at.dk + to, COLUMNS, add, shape.D() - d);
            }
        }
    }

    /** dq[query] += sum of ds[key][query] k[key]; the first block of keys sets it. */
    private void addQueryGradients(float[] s, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < queryEnd; r += ROWS) {
            int keys = Math.min(end, q + r + ROWS) - from;
            for (int d = 0; keys > 0 && d < layout.Dp(); d += COLUMNS) {
                int dq = at.dq + FlashLayoutVector.inBlock(r, d);
                TileVector.columns(
                        s, at.ds + r, s, at.k + layout.at(from, d), keys, s, dq, COLUMNS, from > 0, shape.D() - d);
            }
        }
    }
}
