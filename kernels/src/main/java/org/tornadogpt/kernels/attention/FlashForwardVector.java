package org.tornadogpt.kernels.attention;

import static org.tornadogpt.kernels.attention.FlashLayoutVector.QUERIES;
import static org.tornadogpt.kernels.attention.FlashLayoutVector.STRIDE;
import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;
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

    private static final FloatVector IOTA = FloatVector.zero(F).addIndex(1);
    /** Finite, so that "no score yet" minus "no score yet" is 0 and not NaN. */
    private static final float LOWEST = -3e38f;

    int scratchFloats() {
        return 2 * layout.natural() + 2 * layout.transposed() + layout.strip() + layout.block() + 2 * QUERIES;
    }

    /** Where things are in the scratch array. */
    private record Scratch(float[] s, int v, int qt, int kt, int strip, int o, int max, int sum) {}

    /** One head of one sequence. */
    void run(int head, float[] s) {
        int b = head / shape.heads();
        int h = head % shape.heads();
        int kvHead = h / (shape.heads() / shape.kvHeads());
        int natural = layout.natural();
        int qt = 2 * natural;
        int kt = qt + layout.transposed();
        int strip = kt + layout.transposed();
        int o = strip + layout.strip();
        Scratch scratch = new Scratch(s, natural, qt, kt, strip, o, o + layout.block(), o + layout.block() + QUERIES);
        int width = shape.packedWidth();
        long row = (long) b * shape.T() * width;
        int D = shape.D();
        layout.loadNatural(qkv, row + (long) h * D, width, s, 0);
        layout.scale(s, 0, (float) (1.0 / Math.sqrt(D)));
        layout.transpose(s, 0, qt);
        layout.loadNatural(qkv, row + (long) (shape.heads() + kvHead) * D, width, s, 0);
        layout.transpose(s, 0, kt);
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
                            keys + k,
                            layout.Tp(),
                            s,
                            queries + q + c,
                            layout.Tp(),
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
        FloatVector queries = IOTA.add(first);
        FloatVector oldMax = FloatVector.fromArray(F, w.s, w.max + v);
        FloatVector max = oldMax;
        for (int k = from; k < seen; k++) {
            FloatVector score = FloatVector.fromArray(F, w.s, w.strip + (k - from) * STRIDE + v);
            max = k <= first
                    ? max.max(score)
                    : max.lanewise(VectorOperators.MAX, score, queries.compare(VectorOperators.GE, k));
        }
        max.intoArray(w.s, w.max + v);
        if (from > 0) {
            rescale(w, v, oldMax, max);
        }
        FloatVector sum = FloatVector.fromArray(F, w.s, w.sum + v);
        sum = dropout.isActive()
                ? exponentialsDropped(w, (head * shape.T()) + first, first, v, from, seen, max, sum)
                : exponentials(w.s, w.strip + v, first, from, seen, max, sum);
        sum.intoArray(w.s, w.sum + v);
        for (int k = Math.max(from, seen); k < end; k++) {
            FloatVector.zero(F).intoArray(w.s, w.strip + (k - from) * STRIDE + v);
        }
    }

    private static FloatVector exponentials(
            float[] s, int at, int first, int from, int seen, FloatVector max, FloatVector sumSoFar) {
        FloatVector sum = sumSoFar;
        int k = from;
        int i = at;
        for (; k <= Math.min(first, seen - 1); k++, i += STRIDE) {
            FloatVector p = MathVector.exp(FloatVector.fromArray(F, s, i).sub(max));
            p.intoArray(s, i);
            sum = sum.add(p);
        }
        FloatVector queries = IOTA.add(first);
        for (; k < seen; k++, i += STRIDE) {
            VectorMask<Float> visible = queries.compare(VectorOperators.GE, k);
            FloatVector p = broadcast(0f)
                    .blend(MathVector.exp(FloatVector.fromArray(F, s, i).sub(max)), visible);
            p.intoArray(s, i);
            sum = sum.add(p);
        }
        return sum;
    }

    /** As above with dropout; walks the keys in the order in which their random words are made. */
    private FloatVector exponentialsDropped(
            Scratch w, int maskRow, int first, int v, int from, int seen, FloatVector max, FloatVector sumSoFar) {
        FloatVector sum = sumSoFar;
        FloatVector queries = IOTA.add(first);
        for (int group = from / 64; group * 64 < seen; group++) {
            for (int column = 0; column < 16; column++) {
                long bits = maskBits(maskRow, group, column);
                for (int k = group * 64 + column; k < seen && k < group * 64 + 64; k += 16, bits >>>= 16) {
                    int i = w.strip + (k - from) * STRIDE + v;
                    VectorMask<Float> visible = queries.compare(VectorOperators.GE, k);
                    FloatVector p = broadcast(0f)
                            .blend(
                                    MathVector.exp(
                                            FloatVector.fromArray(F, w.s, i).sub(max)),
                                    visible);
                    dropout.apply(p, bits).intoArray(w.s, i);
                    sum = sum.add(p);
                }
            }
        }
        return sum;
    }

    private long maskBits(int maskRow, int group, int column) {
        return dropout.keepRows(maskRow, group, column);
    }

    /** The maximum has grown: what has been added up so far shrinks. */
    private void rescale(Scratch w, int v, FloatVector oldMax, FloatVector max) {
        FloatVector factor = MathVector.exp(oldMax.sub(max));
        FloatVector.fromArray(F, w.s, w.sum + v).mul(factor).intoArray(w.s, w.sum + v);
        for (int lane = 0; lane < LANES; lane++) {
            scaleRow(w.s, w.o + (v + lane) * layout.Dp(), layout.Dp(), factor.lane(lane));
        }
    }

    private static void scaleRow(float[] s, int at, int n, float factor) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(F, s, at + i).mul(factor).intoArray(s, at + i);
        }
    }

    /** o[query] += sum over the block's keys of p[key][query] v[key]. */
    private void addValues(Scratch w, int q, int from, int end) {
        int Dp = layout.Dp();
        int queryEnd = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < queryEnd; r += ROWS) {
            int keys = Math.min(end, q + r + ROWS) - from;
            if (keys <= 0) {
                continue;
            }
            for (int d = 0; d < Dp; d += COLUMNS) {
                TileVector.columns(
                        w.s, w.strip + r, STRIDE, w.s, w.v + from * Dp + d, Dp, keys, w.s, w.o + r * Dp + d, Dp, true);
            }
        }
    }

    private void write(Scratch w, int b, int h, int q) {
        int end = Math.min(QUERIES, shape.T() - q);
        for (int r = 0; r < end; r++) {
            float sum = w.s[w.sum + r];
            scaleRow(w.s, w.o + r * layout.Dp(), layout.Dp(), 1f / sum);
            long row = (long) b * shape.T() + q + r;
            out.copyFrom(row * shape.width() + (long) h * shape.D(), w.s, w.o + r * layout.Dp(), shape.D());
            saved.set(((long) b * shape.heads() + h) * shape.T() + q + r, w.s[w.max + r] + (float) Math.log(sum));
        }
    }
}
