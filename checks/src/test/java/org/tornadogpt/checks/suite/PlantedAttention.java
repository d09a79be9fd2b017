package org.tornadogpt.checks.suite;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.attention.AttentionShape;
import org.tornadogpt.kernels.ops.attention.CausalAttention;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Attention as its formula is read, in any style, with one mistake. */
record PlantedAttention(Style style, Mistake mistake) implements CausalAttention {
    @Override
    public String name() {
        return "planted";
    }

    @Override
    public String mechanism() {
        return "a planted mistake";
    }

    @Override
    public String description() {
        return mistake.name();
    }

    @Override
    public int savedFloats(AttentionShape shape) {
        return shape.rows() * shape.heads();
    }

    @Override
    public void forward(KernelSink sink, AttentionShape s, Dropout dropout, Slice out, Slice saved, Slice qkv) {
        Launch.items(sink, style, saved.length(), i -> saved.set(i, 0f));
        Launch.items(sink, style, s.B() * s.heads() * s.T(), row -> forwardRow(s, dropout, out, qkv, row));
        if (mistake == Mistake.MISSING_BARRIER || mistake == Mistake.RACE) {
            Call call = Call.of(
                    "kPlantedPass",
                    PlantedAttention::kPass,
                    new KernelContext(),
                    out.array(),
                    out.offset(),
                    out.length(),
                    mistake == Mistake.RACE ? 1 : 0);
            sink.group(call, WorkGroups.of((out.length() - 1) / GROUP + 1, GROUP));
        }
    }

    private static final int GROUP = 8;

    /**
     * Copies through local memory, a neighbour's element without waiting for it, or through one element for all items.
     */
    private static void kPass(KernelContext context, FloatArray a, int from, int length, int race) {
        float[] tile = context.allocateFloatLocalArray(GROUP);
        int mine = context.localIdx;
        int at = context.globalIdx;
        tile[race == 1 ? 0 : mine] = at < length ? a.get(from + at) : 0f;
        if (race == 1) {
            context.localBarrier();
        }
        float passed = tile[race == 1 ? 0 : GROUP - 1 - mine];
        context.localBarrier();
        if (at < length && Float.isNaN(passed)) {
            a.set(from + at, passed);
        }
        if (at < length && race == 1) {
            a.set(from + at, passed);
        }
    }

    private float factor(Dropout dropout, int row, int column, boolean backward) {
        if (!dropout.isActive() || (backward && mistake == Mistake.IGNORES_DROPOUT)) {
            return 1f;
        }
        IntArray counters = dropout.counters().array();
        return Philox.mask(counters, dropout.site(), row, column, dropout.threshold(), dropout.scale());
    }

    /** One past the last key that query i sees. */
    private int end(AttentionShape s, int i) {
        return switch (mistake) {
            case MASK_ONE_TOO_MANY -> Math.min(s.T(), i + 2);
            case MASK_ONE_TOO_FEW -> Math.max(1, i);
            default -> i + 1;
        };
    }

    private double[] probabilities(AttentionShape s, Slice qkv, int bh, int i, int end) {
        double[] p = new double[end];
        double scale = mistake == Mistake.SCORES_NOT_SCALED ? 1 : 1 / Math.sqrt(s.D());
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < end; j++) {
            for (int d = 0; d < s.D(); d++) {
                p[j] += scale * qkv.get(query(s, bh, i) + d) * qkv.get(key(s, bh, j) + d);
            }
            max = Math.max(max, p[j]);
        }
        double sum = 0;
        for (int j = 0; j < end; j++) {
            p[j] = Math.exp(p[j] - max);
            sum += p[j];
        }
        for (int j = 0; j < end; j++) {
            p[j] /= sum;
        }
        return p;
    }

    private void forwardRow(AttentionShape s, Dropout dropout, Slice out, Slice qkv, int row) {
        int bh = row / s.T();
        int i = row % s.T();
        if (mistake == Mistake.UNWRITTEN_ROW && i == s.T() / 2) {
            return;
        }
        if (mistake == Mistake.THROWS) {
            throw new ArithmeticException("planted");
        }
        int end = end(s, i);
        double[] p = probabilities(s, qkv, bh, i, end);
        int to = (bh / s.heads() * s.T() + i) * s.width() + bh % s.heads() * s.D();
        for (int d = 0; d < s.D(); d++) {
            double sum = 0;
            for (int j = 0; j < end; j++) {
                sum += p[j] * factor(dropout, row, j, false) * qkv.get(value(s, bh, j) + d);
            }
            out.set(to + d, result((float) sum, out.get(to + d), i == 0 ? 0f : out.get(to - s.width() + d)));
        }
        if (mistake == Mistake.WRITES_OUTSIDE && row == 0) {
            out.array().set(out.offset() + out.length(), 1f);
        }
    }

    private float result(float right, float before, float neighbour) {
        return switch (mistake) {
            case ADDS -> before + right;
            case TWICE_THE_RESULT -> 2f * right;
            case SWALLOWS_NAN -> Float.isNaN(right) ? 0f : right;
            case READS_NEIGHBOUR -> Float.isNaN(neighbour) ? right : right + neighbour / 4;
            default -> right;
        };
    }

    @Override
    public void backward(
            KernelSink sink,
            AttentionShape s,
            Dropout dropout,
            Slice dqkv,
            Slice dout,
            Slice out,
            Slice qkv,
            Slice saved) {
        Launch.items(sink, style, s.B() * s.kvHeads(), bg -> backwardHeads(s, dropout, dqkv, dout, qkv, bg));
    }

    /** All query heads that share one key and value head: nobody else writes their gradients. */
    private void backwardHeads(AttentionShape s, Dropout dropout, Slice dqkv, Slice dout, Slice qkv, int bg) {
        int shared = s.heads() / s.kvHeads();
        int first = bg / s.kvHeads() * s.heads() + bg % s.kvHeads() * shared;
        double[] sums = new double[dqkv.length()];
        for (int bh = first; bh < first + shared; bh++) {
            for (int i = 0; i < s.T(); i++) {
                backwardRow(s, dropout, sums, dout, qkv, bh, i);
            }
        }
        for (int t = 0; t < s.T(); t++) {
            for (int bh = first; bh < first + shared; bh++) {
                write(dqkv, sums, query(s, bh, t), s.D());
            }
            write(dqkv, sums, key(s, first, t), s.D());
            write(dqkv, sums, value(s, first, t), s.D());
        }
    }

    private static void write(Slice dqkv, double[] sums, int from, int length) {
        for (int i = from; i < from + length; i++) {
            dqkv.set(i, (float) sums[i]);
        }
    }

    private void backwardRow(AttentionShape s, Dropout dropout, double[] sums, Slice dout, Slice qkv, int bh, int i) {
        double[] p = probabilities(s, qkv, bh, i, i + 1);
        double[] dp = new double[p.length];
        int from = (bh / s.heads() * s.T() + i) * s.width() + bh % s.heads() * s.D();
        double delta = 0;
        for (int j = 0; j <= i; j++) {
            double mask = factor(dropout, bh * s.T() + i, j, true);
            for (int d = 0; d < s.D(); d++) {
                double g = mask * dout.get(from + d);
                dp[j] += g * qkv.get(value(s, bh, j) + d);
                sums[value(s, bh, j) + d] += g * p[j];
            }
            delta += p[j] * dp[j];
        }
        for (int j = 0; j <= i; j++) {
            double ds = p[j] * (dp[j] - (mistake == Mistake.WRONG_GRADIENT ? 0 : delta)) / Math.sqrt(s.D());
            for (int d = 0; d < s.D(); d++) {
                sums[query(s, bh, i) + d] += ds * qkv.get(key(s, bh, j) + d);
                sums[key(s, bh, j) + d] += ds * qkv.get(query(s, bh, i) + d);
            }
        }
    }

    private static int row(AttentionShape s, int bh, int t) {
        return (bh / s.heads() * s.T() + t) * s.packedWidth();
    }

    private static int query(AttentionShape s, int bh, int t) {
        return row(s, bh, t) + bh % s.heads() * s.D();
    }

    private static int key(AttentionShape s, int bh, int t) {
        return row(s, bh, t) + (s.heads() + bh % s.heads() / (s.heads() / s.kvHeads())) * s.D();
    }

    private static int value(AttentionShape s, int bh, int t) {
        return key(s, bh, t) + s.kvHeads() * s.D();
    }
}
