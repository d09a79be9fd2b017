package org.tornadogpt.experiments;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Split-K (Stream-K's older relative; Osama et al. 2023, section 2): each product's sum is cut into {@value #PARTS}
 * parts, which work-items of their own add up in scratch memory, and a second kernel adds the parts in order: no
 * atomics, the same bits in every run. Worth it where results are few and sums are long, as in a weight's gradient. A
 * product is {@code r[i,j] = sum_p left[i,p] right[p,j]} over strided operands.
 */
public final class SplitK implements MatMul {
    /** Parts of each sum. */
    public static final int PARTS = 4;

    @Override
    public String name() {
        return "splitk";
    }

    @Override
    public Style style() {
        return Style.LOOP;
    }

    @Override
    public String mechanism() {
        return "sums cut into 4 parts";
    }

    @Override
    public String description() {
        return "Work-items compute a quarter of a dot product each, into scratch memory; a second kernel adds the quarters in"
                + " order.";
    }

    /** One product's sizes and strides: left is (I, P), right (P, J). */
    private record Product(int I, int J, int P, int leftI, int leftP, int rightP, int rightJ) {}

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        product(sink, new Product(s.N(), s.O(), s.K(), s.K(), 1, 1, s.K()), out, x, weight, bias, 0);
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        product(sink, new Product(s.N(), s.K(), s.O(), s.O(), 1, s.K(), 1), dx, dout, weight, null, 0);
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        product(sink, new Product(s.O(), s.K(), s.N(), 1, s.O(), s.K(), 1), dweight, dout, x, null, 1);
        if (dbias != null) {
            int first = sink.slot(dout);
            sink.slot(dbias);
            sink.loop(Call.of(
                    "kSplitBias",
                    SplitK::kSplitBias,
                    sink.offsets(),
                    first,
                    dout.array(),
                    s.N(),
                    s.O(),
                    dbias.array()));
        }
    }

    private static void product(
            KernelSink sink, Product p, Slice out, Slice left, Slice right, Slice bias, int accumulate) {
        Slice parts = sink.scratch(Math.multiplyExact(PARTS, Math.multiplyExact(p.I, p.J)));
        int first = sink.slot(left);
        sink.slot(right);
        sink.slot(parts);
        sink.loop(Call.of(
                "kSplitParts",
                SplitK::kSplitParts,
                sink.offsets(),
                first,
                left.array(),
                right.array(),
                p.I,
                p.J,
                p.P,
                p.leftI,
                p.leftP,
                p.rightP,
                p.rightJ,
                parts.array()));
        int sums = sink.slot(parts);
        sink.slot(bias == null ? right : bias);
        sink.slot(out);
        sink.loop(Call.of(
                "kSplitSums",
                SplitK::kSplitSums,
                sink.offsets(),
                sums,
                parts.array(),
                bias == null ? right.array() : bias.array(),
                bias == null ? 0 : 1,
                accumulate,
                p.I,
                p.J,
                out.array()));
    }

    /**
     * Overwrites parts (PARTS, I, J).
     *
     * @param first slot of left; those of right and parts follow
     */
    public static void kSplitParts(
            IntArray offsets,
            int first,
            FloatArray left,
            FloatArray right,
            int I,
            int J,
            int P,
            int leftI,
            int leftP,
            int rightP,
            int rightJ,
            FloatArray parts) {
        for (@Parallel int part = 0; part < PARTS; part++) {
            for (@Parallel int i = 0; i < I; i++) {
                for (@Parallel int j = 0; j < J; j++) {
                    int length = (P + PARTS - 1) / PARTS;
                    int end = (part + 1) * length < P ? (part + 1) * length : P;
                    float sum = 0f;
                    for (int p = part * length; p < end; p++) {
                        sum += left.get(offsets.get(first) + i * leftI + p * leftP)
                                * right.get(offsets.get(first + 1) + p * rightP + j * rightJ);
                    }
                    parts.set(offsets.get(first + 2) + (part * I + i) * J + j, sum);
                }
            }
        }
    }

    /**
     * Overwrites out (I, J), or adds to it.
     *
     * @param first slot of parts; those of bias (J) and out follow
     */
    public static void kSplitSums(
            IntArray offsets,
            int first,
            FloatArray parts,
            FloatArray bias,
            int withBias,
            int accumulate,
            int I,
            int J,
            FloatArray out) {
        for (@Parallel int i = 0; i < I; i++) {
            for (@Parallel int j = 0; j < J; j++) {
                int at = offsets.get(first + 2) + i * J + j;
                float sum = withBias > 0 ? bias.get(offsets.get(first + 1) + j) : 0f;
                sum += accumulate > 0 ? out.get(at) : 0f;
                for (int part = 0; part < PARTS; part++) {
                    sum += parts.get(offsets.get(first) + (part * I + i) * J + j);
                }
                out.set(at, sum);
            }
        }
    }

    /**
     * Adds to dbias (O).
     *
     * @param first slot of dout; that of dbias follows
     */
    public static void kSplitBias(IntArray offsets, int first, FloatArray dout, int N, int O, FloatArray dbias) {
        for (@Parallel int o = 0; o < O; o++) {
            float sum = 0f;
            for (int n = 0; n < N; n++) {
                sum += dout.get(offsets.get(first) + n * O + o);
            }
            int at = offsets.get(first + 1) + o;
            dbias.set(at, dbias.get(at) + sum);
        }
    }
}
