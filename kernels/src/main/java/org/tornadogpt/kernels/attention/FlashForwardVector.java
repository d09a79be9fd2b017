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
import org.tornadogpt.kernels.vector.LanesVector;
import org.tornadogpt.kernels.vector.MathVector;
import org.tornadogpt.kernels.vector.TileVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/** The forward pass of one head; see {@link CausalAttentionFlashVector}. */
record FlashForwardVector(
        FlashLayoutVector layout,
        VectorSlice out,
        VectorSlice saved,
        VectorSlice qkv,
        AttentionShape shape,
        DropoutVector dropout) {

    private static final FloatVector ZERO = FloatVector.zero(F);
    private static final FloatVector IOTA = FloatVector.zero(F).addIndex(1);
    /** Finite, so that "no score yet" minus "no score yet" is 0 and not NaN. */
    private static final float LOWEST = -3e38f;

    int scratchFloats() {
        return 2 * layout.natural()
                + layout.queries()
                + layout.keys()
                + layout.strip()
                + layout.block()
                + 2 * QUERIES
                + LANES;
    }

    /** Where things are in the scratch array. */
    private record Scratch(float[] s, int v, int qt, int kt, int strip, int o, int max, int sum, int factor) {}

    /** One head of one sequence. */
    void run(int head, float[] s) {
        int b = head / shape.heads();
        int h = head % shape.heads();
        int kvHead = h / (shape.heads() / shape.kvHeads());
        int natural = layout.natural();
        int qt = 2 * natural;
        int kt = qt + layout.queries();
        int strip = kt + layout.keys();
        int o = strip + layout.strip();
        Scratch scratch = new Scratch(
                s,
                natural,
                qt,
                kt,
                strip,
                o,
                o + layout.block(),
                o + layout.block() + QUERIES,
                o + layout.block() + 2 * QUERIES);
        int width = shape.packedWidth();
        long row = (long) b * shape.T() * width;
        int D = shape.D();
        layout.loadNatural(qkv, row + (long) h * D, width, s, 0);
        layout.scale(s, 0, (float) (1.0 / Math.sqrt(D)));
        layout.transposeQueries(s, 0, qt);
        layout.loadNatural(qkv, row + (long) (shape.heads() + kvHead) * D, width, s, 0);
        layout.transposeKeys(s, 0, kt);
        layout.loadNatural(qkv, row + (long) (shape.heads() + shape.kvHeads() + kvHead) * D, width, s, scratch.v);
        for (int q = 0; q < shape.T(); q += QUERIES) {
            queryBlock(scratch, head, q);
            write(scratch, b, h, q);
        }
    }

    private void queryBlock(Scratch w, int head, int q) {
        Arrays.fill(w.s, w.max, w.max + QUERIES, LOWEST);
        Arrays.fill(w.s, w.sum, w.sum + QUERIES, 0f);
        Arrays.fill(w.s, w.o, w.o + layout.block(), 0f);
        int seen = CausalAttentionFlashVector.keysSeen(shape.T(), q);
        for (int k = 0; k < seen; k = CausalAttentionFlashVector.keyBlockEnd(k, seen)) {
            int end = CausalAttentionFlashVector.keyBlockEnd(k, seen);
            scores(layout, w.s, w.qt, w.kt, w.strip, q, k, end);
            for (int v = 0; v < QUERIES && q + v < shape.T(); v += LANES) {
                softmax(w, head, q, v, k, end);
            }
            addValues(w, q, k, end);
        }
    }

    /** strip[key][query] = k·q for one block of queries and keys {@code from} to {@code end}, except tiles wholly masked. */
    static void scores(
            FlashLayoutVector layout, float[] s, int queries, int keys, int strip, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, layout.T() - q);
        for (int k = from; k < end; k += ROWS) {
            for (int c = 0; c < queryEnd; c += COLUMNS) {
                if (q + c + COLUMNS > k) {
                    TileVector.columns(
                            s,
                            keys + layout.key(from, k),
                            s,
                            queries + layout.queryPanel(q + c),
                            layout.D(),
                            s,
                            strip + (k - from) * STRIDE + c,
                            STRIDE,
                            false);
                }
            }
        }
    }

    /** Turns the scores of {@link LanesVector#LANES} queries into exponentials, with the running maximum and sum. */
    private void softmax(Scratch w, int head, int q, int v, int from, int end) {
        int first = q + v;
        int seen = Math.min(end, first + LANES);
        int strip = w.strip + v;
        newMaximum(w.s, strip, w.max + v, w.factor, first, from, seen);
        if (from > 0) {
            rescale(w, v);
        }
        if (dropout.isActive()) {
            exponentialsDropped(w.s, strip, w.max + v, w.sum + v, head * shape.T() + first, first, from, seen);
        } else {
            int whole = Math.clamp(first + 1L, from, Math.max(from, seen));
            exponentials(w.s, strip, w.max + v, w.sum + v, whole - from);
            exponentialsMasked(w.s, strip, w.max + v, w.sum + v, first, whole, from, seen);
        }
        for (int k = Math.max(from, seen); k < end; k++) {
            Arrays.fill(w.s, strip + (k - from) * STRIDE, strip + (k - from) * STRIDE + LANES, 0f);
        }
    }

    /** max := the maximum of it and the visible scores; factor := e^(old max - new max). */
    private static void newMaximum(float[] s, int strip, int maxAt, int factorAt, int first, int from, int seen) {
        FloatVector old = FloatVector.fromArray(F, s, maxAt);
        FloatVector max = old;
        int at = strip;
        int k = from;
        for (; k < seen && k <= first; k++, at += STRIDE) {
            max = max.max(FloatVector.fromArray(F, s, at));
        }
        for (; k < seen; k++, at += STRIDE) {
            FloatVector score = FloatVector.fromArray(F, s, at);
            max = max.lanewise(VectorOperators.MAX, score, IOTA.compare(VectorOperators.GE, k - first));
        }
        max.intoArray(s, maxAt);
        MathVector.exp(old.sub(max)).intoArray(s, factorAt);
    }

    /** score := e^(score - max), sum += it, for keys that all queries see. */
    private static void exponentials(float[] s, int strip, int maxAt, int sumAt, int keys) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        int at = strip;
        for (int k = 0; k < keys; k++, at += STRIDE) {
            FloatVector p = MathVector.exp(FloatVector.fromArray(F, s, at).sub(max));
            p.intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    /** As above for keys {@code whole} to {@code seen}, which only the later queries see; 0 for the others. */
    private static void exponentialsMasked(
            float[] s, int strip, int maxAt, int sumAt, int first, int whole, int from, int seen) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        int at = strip + (whole - from) * STRIDE;
        for (int k = whole; k < seen; k++, at += STRIDE) {
            FloatVector p = MathVector.exp(FloatVector.fromArray(F, s, at).sub(max));
            p = ZERO.blend(p, IOTA.compare(VectorOperators.GE, k - first));
            p.intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    /** score := m e^(score - max), sum += e^(score - max); walks the keys in the order in which random words are made. */
    private void exponentialsDropped(
            float[] s, int strip, int maxAt, int sumAt, int maskRow, int first, int from, int seen) {
        for (int group = from / DropoutVector.COLUMNS; group * DropoutVector.COLUMNS < seen; group++) {
            for (int column = 0; column < 16; column++) {
                long bits = dropout.keepRows(maskRow, group, column);
                int k = group * DropoutVector.COLUMNS + column;
                int end = Math.min(seen, k + DropoutVector.COLUMNS);
                dropColumns(
                        s, strip + (k - from) * STRIDE, maxAt, sumAt, bits, k - first, end - first, dropout.scale());
            }
        }
    }

    /** Every 16th key from {@code k} to {@code end}, both relative to the first query. */
    private static void dropColumns(
            float[] s, int strip, int maxAt, int sumAt, long keepBits, int firstKey, int end, float scale) {
        FloatVector max = FloatVector.fromArray(F, s, maxAt);
        FloatVector sum = FloatVector.fromArray(F, s, sumAt);
        long bits = keepBits;
        int at = strip;
        for (int k = firstKey; k < end; k += 16, at += 16 * STRIDE, bits >>>= 16) {
            FloatVector p = MathVector.exp(FloatVector.fromArray(F, s, at).sub(max));
            p = ZERO.blend(p, IOTA.compare(VectorOperators.GE, k));
            ZERO.blend(p.mul(scale), VectorMask.fromLong(F, bits)).intoArray(s, at);
            sum = sum.add(p);
        }
        sum.intoArray(s, sumAt);
    }

    /** The maximum has grown: what has been added up so far shrinks. */
    private void rescale(Scratch w, int v) {
        for (int lane = 0; lane < LANES; lane++) {
            float factor = w.s[w.factor + lane];
            w.s[w.sum + v + lane] *= factor;
            scaleRow(w, v + lane, factor);
        }
    }

    private void scaleRow(Scratch w, int r, float factor) {
        for (int d = 0; d < layout.Dp(); d += COLUMNS) {
            int at = w.o + FlashLayoutVector.inBlock(r, d);
            for (int i = at; i < at + COLUMNS; i++) {
                w.s[i] *= factor;
            }
        }
    }

    /** o[query] += sum over the block's keys of p[key][query] v[key]. */
    private void addValues(Scratch w, int q, int from, int end) {
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < queryEnd; r += ROWS) {
            int keys = Math.min(end, q + r + ROWS) - from;
            for (int d = 0; keys > 0 && d < layout.Dp(); d += COLUMNS) {
                int o = w.o + FlashLayoutVector.inBlock(r, d);
                TileVector.columns(w.s, w.strip + r, w.s, w.v + layout.at(from, d), keys, w.s, o, COLUMNS, true);
            }
        }
    }

    private void write(Scratch w, int b, int h, int q) {
        int end = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < end; r++) {
            float sum = w.s[w.sum + r];
            scaleRow(w, r, 1f / sum);
            long row = ((long) b * shape.T() + q + r) * shape.width() + (long) h * shape.D();
            for (int d = 0; d < shape.D(); d += COLUMNS) {
                int n = Math.min(COLUMNS, shape.D() - d);
                out.copyFrom(row + d, w.s, w.o + FlashLayoutVector.inBlock(r, d), n);
            }
            saved.set(((long) b * shape.heads() + h) * shape.T() + q + r, w.s[w.max + r] + (float) Math.log(sum));
        }
    }
}
