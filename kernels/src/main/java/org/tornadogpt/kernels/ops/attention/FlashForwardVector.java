package org.tornadogpt.kernels.ops.attention;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
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

/** The forward pass of a block's heads; see {@link CausalAttentionFlashVector}. */
record FlashForwardVector(
        FlashLayoutVector layout,
        FlashRowsVector rows,
        Places at,
        VectorSlice out,
        VectorSlice saved,
        VectorSlice qkv,
        AttentionShape shape,
        DropoutVector dropout,
        float scale) {

    private static final FloatVector ZERO = FloatVector.zero(F);
    private static final FloatVector IOTA = FloatVector.zero(F).addIndex(1);
    /** Finite, so that "no score yet" minus "no score yet" is 0 and not NaN. */
    private static final float LOWEST = -3e38f;

    static FlashForwardVector of(
            AttentionShape s, DropoutVector dropout, VectorSlice out, VectorSlice saved, VectorSlice qkv) {
        FlashLayoutVector layout = FlashLayoutVector.of(s);
        FlashRowsVector rows = FlashRowsVector.of(s);
        float scale = (float) (1.0 / Math.sqrt(s.D()));
        return new FlashForwardVector(layout, rows, Places.of(layout, rows), out, saved, qkv, s, dropout, scale);
    }

    int scratchFloats() {
        return at.end;
    }

    /** Where things are in the scratch array: the block's rows, then what one head needs. */
    private record Places(
            int packed,
            int out,
            int v,
            int qt,
            int kt,
            int strip,
            int o,
            int max,
            int sum,
            int factor,
            int masks,
            int lse,
            int end) {
        static Places of(FlashLayoutVector layout, FlashRowsVector rows) {
            int packed = CacheLines.START;
            int out = CacheLines.next(packed + layout.rows() * rows.packedWidth());
            int v = CacheLines.next(out + layout.T() * rows.width());
            int qt = CacheLines.next(v + layout.natural());
            int kt = CacheLines.next(qt + layout.queries());
            int strip = CacheLines.next(kt + layout.keys());
            int o = CacheLines.next(strip + layout.strip());
            int max = CacheLines.next(o + layout.block());
            int sum = max + QUERIES;
            int factor = sum + QUERIES;
            int masks = factor + LANES;
            int lse = masks + layout.masks();
            return new Places(packed, out, v, qt, kt, strip, o, max, sum, factor, masks, lse, lse + layout.Tp());
        }
    }

    /** Some heads of one sequence. */
    void run(int block, float[] s) {
        int stride = rows.packedWidth();
        rows.loadPacked(qkv, block, s, at.packed);
        for (int g = 0; g < rows.groups(); g++) {
            layout.transposeKeys(s, at.packed + rows.k(g), stride, at.kt);
            layout.loadNatural(s, at.packed + rows.v(g), stride, at.v);
            for (int h = g * rows.headsPerGroup(); h < (g + 1) * rows.headsPerGroup(); h++) {
                layout.transposeQueries(s, at.packed + rows.q(h), stride, at.qt);
                head(block, h, s);
            }
        }
        rows.storeOut(s, at.out, out, block);
    }

    private void head(int block, int h, float[] s) {
        int head = rows.sequence(block) * shape.heads() + rows.firstGroup(block) * rows.headsPerGroup() + h;
        for (int q = 0; q < shape.T(); q += QUERIES) {
            queryBlock(s, head, q);
            finish(s, h, q);
        }
        saved.copyFrom((long) head * shape.T(), s, at.lse, shape.T());
    }

    private void queryBlock(float[] s, int head, int q) {
        Arrays.fill(s, at.max, at.max + QUERIES, LOWEST);
        Arrays.fill(s, at.sum, at.sum + QUERIES, 0f);
        int seen = CausalAttentionFlashVector.keysSeen(shape.T(), q);
        for (int k = 0; k < seen; k = CausalAttentionFlashVector.keyBlockEnd(k, seen)) {
            int end = CausalAttentionFlashVector.keyBlockEnd(k, seen);
            scores(layout, s, at.qt, at.kt, at.strip, q, k, end);
            for (int v = 0; v < QUERIES && q + v < shape.T(); v += LANES) {
                softmax(s, head, q, v, k, end);
            }
            addValues(s, q, k, end);
        }
    }

    /**
     * strip[key][query] = k·q for one block of queries and keys {@code from} to {@code end}, except tiles wholly
     * masked.
     */
    static void scores(
            FlashLayoutVector layout, float[] s, int queries, int keys, int strip, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, layout.T() - q);
        for (int c = 0; c < queryEnd; c += COLUMNS) {
            int panel = queries + layout.queryPanel(q + c);
            int last = Math.min(end, q + c + COLUMNS);
            for (int k = from; k < last; k += ROWS) {
                int to = strip + (k - from) * STRIDE + c;
                TileVector.packed(s, keys + layout.keyPanel(k), s, panel, layout.D(), s, to, STRIDE, false);
            }
        }
    }

    /** Turns the scores of {@link LanesVector#LANES} queries into exponentials, with the running maximum and sum. */
    private void softmax(float[] s, int head, int q, int v, int from, int end) {
        int first = q + v;
        int seen = Math.min(end, first + LANES);
        int strip = at.strip + v;
        newMaximum(s, strip, at.max + v, at.factor, first, from, seen, scale);
        if (from > 0) {
            rescale(s, v);
        }
        if (dropout.isActive()) {
            exponentialsDropped(s, strip, v, head * shape.T() + first, first, from, seen);
        } else {
            int whole = Math.clamp(first + 1L, from, Math.max(from, seen));
            exponentials(s, strip, at.max + v, at.sum + v, whole - from, scale);
            exponentialsMasked(s, strip, at.max + v, at.sum + v, first, whole, from, seen, scale);
        }
        clear(s, strip, seen - from, end - from);
    }

    /**
     * Zeros {@link LanesVector#LANES} queries' elements of the keys behind those seen, as far as a tile of those reads.
     */
    static void clear(float[] s, int strip, int seen, int end) {
        int from = Math.max(0, seen);
        int last = Math.min(end, from + ROWS);
        for (int k = from; k < last; k++) {
            ZERO.intoArray(s, strip + k * STRIDE);
        }
    }

    /** max := the maximum of it and the visible scores, scaled; factor := e^(old max - new max). */
    private static void newMaximum(
            float[] s, int strip, int maxAt, int factorAt, int first, int from, int seen, float scale) {
        FloatVector old = FloatVector.fromArray(F, s, maxAt);
        FloatVector max = LanesVector.broadcast(LOWEST);
        FloatVector other = max;
        int at = strip;
        int k = from;
        for (; k + 1 < seen && k < first; k += 2, at += 2 * STRIDE) {
            max = MathVector.larger(max, FloatVector.fromArray(F, s, at));
            other = MathVector.larger(other, FloatVector.fromArray(F, s, at + STRIDE));
        }
        max = MathVector.larger(max, other);
        for (; k < seen; k++, at += STRIDE) {
            FloatVector score = FloatVector.fromArray(F, s, at);
            VectorMask<Float> visible = IOTA.compare(VectorOperators.GE, k - first);
            max = max.blend(score, score.compare(VectorOperators.GT, max).and(visible));
        }
        max = MathVector.larger(old, max.mul(scale));
        max.intoArray(s, maxAt);
        MathVector.expUpTo88(old.sub(max)).intoArray(s, factorAt);
    }

    /**
     * score := e^(scale score - max), sum += it, for keys that all queries see. The product is rounded by itself, as
     * the maximum is: the difference is then never above 0, however large scores are.
     */
    private static void exponentials(float[] s, int strip, int maxAt, int sumAt, int keys, float scale) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        int at = strip;
        for (int k = 0; k < keys; k++, at += STRIDE) {
            FloatVector p = MathVector.expUpTo88(
                    FloatVector.fromArray(F, s, at).mul(scale).sub(max));
            p.intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    /** As above for keys {@code whole} to {@code seen}, which only the later queries see; 0 for the others. */
    private static void exponentialsMasked(
            float[] s, int strip, int maxAt, int sumAt, int first, int whole, int from, int seen, float scale) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        int at = strip + (whole - from) * STRIDE;
        for (int k = whole; k < seen; k++, at += STRIDE) {
            FloatVector p = MathVector.expUpTo88(
                    FloatVector.fromArray(F, s, at).mul(scale).sub(max));
            p = ZERO.blend(p, IOTA.compare(VectorOperators.GE, k - first));
            p.intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    private void exponentialsDropped(float[] s, int strip, int v, int maskRow, int first, int from, int seen) {
        dropout.keepRows(maskRow, from, seen, s, at.masks);
        drop(s, strip, at.max + v, at.sum + v, at.masks, from - first, seen - first, dropout.scale(), scale);
    }

    /**
     * score := m e^(scale score - max), sum += e^(...), for keys {@code from} to {@code end}, relative to the first
     * query.
     */
    private static void drop(
            float[] s, int strip, int maxAt, int sumAt, int masks, int from, int end, float kept, float scale) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        int at = strip;
        for (int k = from; k < end; k++, at += STRIDE) {
            FloatVector p = MathVector.expUpTo88(
                    FloatVector.fromArray(F, s, at).mul(scale).sub(max));
            p = ZERO.blend(p, IOTA.compare(VectorOperators.GE, k));
            ZERO.blend(p.mul(kept), DropoutVector.kept(s[masks + k - from])).intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    /** The maximum has grown: what has been added up so far shrinks. */
    private void rescale(float[] s, int v) {
        for (int lane = 0; lane < LANES; lane++) {
            float factor = s[at.factor + lane];
            s[at.sum + v + lane] *= factor;
            scaleRow(s, v + lane, factor);
        }
    }

    private void scaleRow(float[] s, int r, float factor) {
        for (int d = 0; d < shape.D(); d += LANES) {
            int at = this.at.o + FlashLayoutVector.inBlock(r, d / COLUMNS * COLUMNS) + d % COLUMNS;
            FloatVector.fromArray(F, s, at).mul(factor).intoArray(s, at);
        }
    }

    /** o[query] += sum over the block's keys of p[key][query] v[key]; the first block of keys sets it. */
    private void addValues(float[] s, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < queryEnd; r += ROWS) {
            int keys = Math.min(end, q + r + ROWS) - from;
            for (int d = 0; keys > 0 && d < layout.Dp(); d += COLUMNS) {
                int o = at.o + FlashLayoutVector.inBlock(r, d);
                TileVector.columns(
                        s, at.strip + r, s, at.v + layout.at(from, d), keys, s, o, COLUMNS, from > 0, shape.D() - d);
            }
        }
    }

    /** The block's outputs and log-sum-exps. */
    private void finish(float[] s, int h, int q) {
        int n = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < n; r++) {
            scaleRow(s, r, 1f / s[at.sum + r]);
        }
        logSumExp(s, at.max, at.sum, at.lse + q, n);
        layout.storeBlock(s, at.o, at.out + q * rows.width() + rows.q(h), rows.width(), n);
    }

    /** lse := max + ln sum, for {@code n} queries rounded up to whole vectors. */
    private static void logSumExp(float[] s, int max, int sum, int lse, int n) {
        for (int r = 0; r < n; r += LANES) {
            MathVector.log(FloatVector.fromArray(F, s, sum + r))
                    .add(FloatVector.fromArray(F, s, max + r))
                    .intoArray(s, lse + r);
        }
    }
}
