package org.tornadogpt.kernels.attention;

import static org.tornadogpt.kernels.attention.FlashLayoutVector.QUERIES;
import static org.tornadogpt.kernels.attention.FlashLayoutVector.STRIDE;
import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.TileVector.COLUMNS;
import static org.tornadogpt.kernels.vector.TileVector.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.AttentionShape;
import org.tornadogpt.kernels.vector.DropoutVector;
import org.tornadogpt.kernels.vector.MathVector;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/** The backward pass of one key/value head and the query heads that share it; see {@link CausalAttentionFlashVector}. */
record FlashBackwardVector(
        FlashLayoutVector layout,
        VectorSlice dqkv,
        VectorSlice dout,
        VectorSlice out,
        VectorSlice qkv,
        VectorSlice saved,
        AttentionShape shape,
        DropoutVector dropout) {

    private static final FloatVector ZERO = FloatVector.zero(F);
    private static final FloatVector IOTA = FloatVector.zero(F).addIndex(1);

    int scratchFloats() {
        return 6 * layout.natural()
                + 2 * layout.queries()
                + 2 * layout.keys()
                + 2 * layout.strip()
                + layout.block()
                + 2 * QUERIES;
    }

    /** Where things are in the scratch array: natural, transposed, strips, block, rows. */
    private record Scratch(
            float[] s,
            int q,
            int k,
            int v,
            int dout,
            int dk,
            int dv,
            int qt,
            int kt,
            int vt,
            int doutT,
            int p,
            int ds,
            int dq,
            int lse,
            int delta) {}

    private Scratch scratch(float[] s) {
        int n = layout.natural();
        int qt = 6 * n;
        int doutT = qt + layout.queries();
        int kt = doutT + layout.queries();
        int vt = kt + layout.keys();
        int p = vt + layout.keys();
        int dq = p + 2 * layout.strip();
        int lse = dq + layout.block();
        return new Scratch(
                s, 0, n, 2 * n, 3 * n, 4 * n, 5 * n, qt, kt, vt, doutT, p, p + layout.strip(), dq, lse, lse + QUERIES);
    }

    /** One key/value head of one sequence. */
    void run(int block, float[] s) {
        Scratch w = scratch(s);
        int b = block / shape.kvHeads();
        int kvHead = block % shape.kvHeads();
        int width = shape.packedWidth();
        int D = shape.D();
        long row = (long) b * shape.T() * width;
        long k = row + (long) (shape.heads() + kvHead) * D;
        long v = row + (long) (shape.heads() + shape.kvHeads() + kvHead) * D;
        layout.loadNatural(qkv, k, width, s, w.k);
        layout.transposeKeys(s, w.k, w.kt);
        layout.loadNatural(qkv, v, width, s, w.v);
        layout.transposeKeys(s, w.v, w.vt);
        Arrays.fill(s, w.dk, w.dk + layout.natural(), 0f);
        Arrays.fill(s, w.dv, w.dv + layout.natural(), 0f);
        int group = shape.heads() / shape.kvHeads();
        for (int h = kvHead * group; h < (kvHead + 1) * group; h++) {
            queryHead(w, b, h);
        }
        write(w.s, w.dk, k);
        write(w.s, w.dv, v);
    }

    private void queryHead(Scratch w, int b, int h) {
        float scale = (float) (1.0 / Math.sqrt(shape.D()));
        long row = (long) b * shape.T() * shape.packedWidth() + (long) h * shape.D();
        layout.loadNatural(qkv, row, shape.packedWidth(), w.s, w.q);
        layout.scale(w.s, w.q, scale);
        layout.transposeQueries(w.s, w.q, w.qt);
        layout.loadNatural(
                dout, (long) b * shape.T() * shape.width() + (long) h * shape.D(), shape.width(), w.s, w.dout);
        layout.transposeQueries(w.s, w.dout, w.doutT);
        for (int q = 0; q < shape.T(); q += QUERIES) {
            queryBlock(w, b, h, q);
            writeQueries(w, row, q, scale);
        }
    }

    private void queryBlock(Scratch w, int b, int h, int q) {
        Arrays.fill(w.s, w.dq, w.dq + layout.block(), 0f);
        rowTerms(w, b, h, q);
        int maskRow = (b * shape.heads() + h) * shape.T() + q;
        int seen = CausalAttentionFlashVector.keysSeen(shape.T(), q);
        for (int k = 0; k < seen; k = CausalAttentionFlashVector.keyBlockEnd(k, seen)) {
            int end = CausalAttentionFlashVector.keyBlockEnd(k, seen);
            FlashForwardVector.scores(layout, w.s, w.qt, w.kt, w.p, q, k, end);
            FlashForwardVector.scores(layout, w.s, w.doutT, w.vt, w.ds, q, k, end);
            for (int v = 0; v < QUERIES && q + v < shape.T(); v += LANES) {
                probabilities(w, maskRow + v, q + v, v, k, end);
            }
            addKeyGradients(w, q, k, end);
            addQueryGradients(w, q, k, end);
        }
    }

    /** The block's log-sum-exps, and delta = dout·out; zero for queries beyond the end. */
    private void rowTerms(Scratch w, int b, int h, int q) {
        int D = shape.D();
        for (int r = 0; r < QUERIES; r++) {
            boolean inside = q + r < shape.T();
            float delta = 0f;
            if (inside) {
                long at = ((long) b * shape.T() + q + r) * shape.width() + (long) h * D;
                for (int d = 0; d < D; d++) {
                    int in = layout.at(q + r, d / COLUMNS * COLUMNS) + d % COLUMNS;
                    delta += w.s[w.dout + in] * out.get(at + d);
                }
            }
            w.s[w.delta + r] = delta;
            w.s[w.lse + r] = inside ? saved.get(((long) b * shape.heads() + h) * shape.T() + q + r) : 0f;
        }
    }

    /** p := m exp(score - lse), ds := exp(score - lse) (m dp - delta), for some queries and a block of keys. */
    private void probabilities(Scratch w, int maskRow, int first, int v, int from, int end) {
        int seen = Math.min(end, first + LANES);
        if (dropout.isActive()) {
            dropped(w, maskRow, first, v, from, seen);
        } else {
            kept(w.s, w.p + v, w.ds + v, w.lse + v, w.delta + v, from - first, seen - first);
        }
        for (int k = Math.max(from, seen); k < end; k++) {
            int at = (k - from) * STRIDE + v;
            Arrays.fill(w.s, w.p + at, w.p + at + LANES, 0f);
            Arrays.fill(w.s, w.ds + at, w.ds + at + LANES, 0f);
        }
    }

    /** Keys {@code from} to {@code end}, relative to the first query. */
    private static void kept(float[] s, int p, int ds, int lseAt, int deltaAt, int from, int end) {
        FloatVector lse = FloatVector.fromArray(F, s, lseAt);
        FloatVector delta = FloatVector.fromArray(F, s, deltaAt);
        int at = 0;
        for (int k = from; k < end; k++, at += STRIDE) {
            FloatVector e = MathVector.exp(FloatVector.fromArray(F, s, p + at).sub(lse));
            e = ZERO.blend(e, IOTA.compare(VectorOperators.GE, k));
            e.intoArray(s, p + at);
            e.mul(FloatVector.fromArray(F, s, ds + at).sub(delta)).intoArray(s, ds + at);
        }
    }

    private void dropped(Scratch w, int maskRow, int first, int v, int from, int seen) {
        for (int group = from / DropoutVector.COLUMNS; group * DropoutVector.COLUMNS < seen; group++) {
            for (int column = 0; column < 16; column++) {
                long bits = dropout.keepRows(maskRow, group, column);
                int k = group * DropoutVector.COLUMNS + column;
                int end = Math.min(seen, k + DropoutVector.COLUMNS);
                int at = (k - from) * STRIDE + v;
                dropColumns(
                        w.s,
                        w.p + at,
                        w.ds + at,
                        w.lse + v,
                        w.delta + v,
                        bits,
                        k - first,
                        end - first,
                        dropout.scale());
            }
        }
    }

    /** Every 16th key from {@code from} to {@code end}, both relative to the first query. */
    private static void dropColumns(
            float[] s, int p, int ds, int lseAt, int deltaAt, long keepBits, int from, int end, float scale) {
        FloatVector lse = FloatVector.fromArray(F, s, lseAt);
        FloatVector delta = FloatVector.fromArray(F, s, deltaAt);
        long bits = keepBits;
        int at = 0;
        for (int k = from; k < end; k += 16, at += 16 * STRIDE, bits >>>= 16) {
            VectorMask<Float> kept = VectorMask.fromLong(F, bits);
            FloatVector e = MathVector.exp(FloatVector.fromArray(F, s, p + at).sub(lse));
            e = ZERO.blend(e, IOTA.compare(VectorOperators.GE, k));
            ZERO.blend(e.mul(scale), kept).intoArray(s, p + at);
            FloatVector dp = ZERO.blend(FloatVector.fromArray(F, s, ds + at).mul(scale), kept);
            e.mul(dp.sub(delta)).intoArray(s, ds + at);
        }
    }

    /** dv[key] += sum of p[key][query] dout[query]; dk[key] += sum of ds[key][query] q[query], q scaled already. */
    private void addKeyGradients(Scratch w, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int k = from; k < end; k += ROWS) {
            int skip = Math.max(0, (k - q) / LANES * LANES);
            int queries = queryEnd - skip;
            int at = (k - from) * STRIDE + skip;
            for (int d = 0; d < layout.Dp(); d += COLUMNS) {
                int row = layout.at(q + skip, d);
                int to = layout.at(k, d);
                TileVector.rows(w.s, w.p + at, w.s, w.dout + row, queries, w.s, w.dv + to, COLUMNS, true);
                TileVector.rows(w.s, w.ds + at, w.s, w.q + row, queries, w.s, w.dk + to, COLUMNS, true);
            }
        }
    }

    /** dq[query] += sum of ds[key][query] k[key], not yet scaled. */
    private void addQueryGradients(Scratch w, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < queryEnd; r += ROWS) {
            int keys = Math.min(end, q + r + ROWS) - from;
            for (int d = 0; keys > 0 && d < layout.Dp(); d += COLUMNS) {
                int dq = w.dq + FlashLayoutVector.inBlock(r, d);
                TileVector.columns(w.s, w.ds + r, w.s, w.k + layout.at(from, d), keys, w.s, dq, COLUMNS, true);
            }
        }
    }

    private void writeQueries(Scratch w, long at, int q, float scale) {
        for (int i = w.dq; i < w.dq + layout.block(); i++) {
            w.s[i] *= scale;
        }
        int rows = Math.min(QUERIES, shape.T() - q);
        for (int d = 0; d < shape.D(); d += COLUMNS) {
            int n = Math.min(COLUMNS, shape.D() - d);
            for (int r = 0; r < rows; r++) {
                long row = at + (long) (q + r) * shape.packedWidth();
                dqkv.copyFrom(row + d, w.s, w.dq + FlashLayoutVector.inBlock(r, d), n);
            }
        }
    }

    private void write(float[] s, int natural, long at) {
        for (int d = 0; d < shape.D(); d += COLUMNS) {
            int n = Math.min(COLUMNS, shape.D() - d);
            for (int t = 0; t < shape.T(); t++) {
                dqkv.copyFrom(at + (long) t * shape.packedWidth() + d, s, natural + layout.at(t, d), n);
            }
        }
    }
}
