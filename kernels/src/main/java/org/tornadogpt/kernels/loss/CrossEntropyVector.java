package org.tornadogpt.kernels.loss;

import static org.tornadogpt.kernels.vector.LanesVector.F;
import static org.tornadogpt.kernels.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.vector.LanesVector.broadcast;
import static org.tornadogpt.kernels.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.IntSlice;
import org.tornadogpt.kernels.Launcher;
import org.tornadogpt.kernels.Slice;
import org.tornadogpt.kernels.vector.LanesVector;
import org.tornadogpt.kernels.vector.MathVector;
import org.tornadogpt.kernels.vector.VectorSlice;

/** Blocks of rows on all threads; a row's maximum, sum and gradient in three passes over it while it is in the cache. */
public final class CrossEntropyVector implements CrossEntropy {
    private static final int ROWS = 16;

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public void forward(Launcher launcher, int N, int V, Slice losses, Slice logits, IntSlice targets) {
        VectorSlice loss = VectorSlice.of(losses);
        VectorSlice x = VectorSlice.of(logits);
        launcher.blocks("crossentropy.forward", Math.ceilDiv(N, ROWS), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                long row = (long) n * V;
                float max = max(x, row, V);
                loss.set(n, loss(sum(x, row, V, max), max, x.get(row + targets.get(n))));
            }
        });
    }

    @Override
    public void forwardWithGradient(
            Launcher launcher, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        VectorSlice loss = VectorSlice.of(losses);
        VectorSlice d = VectorSlice.of(dlogits);
        VectorSlice x = VectorSlice.of(logits);
        launcher.blocks("crossentropy.forwardWithGradient", Math.ceilDiv(N, ROWS), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                long row = (long) n * V;
                float max = max(x, row, V);
                float target = x.get(row + targets.get(n));
                float sum = exponentials(d, x, row, V, max);
                loss.set(n, loss(sum, max, target));
                scale(d, row, V, scale / sum);
                d.set(row + targets.get(n), d.get(row + targets.get(n)) - scale);
            }
        });
    }

    private static float loss(float sum, float max, float target) {
        return (float) (Math.log(sum) + ((double) max - target));
    }

    private static float max(VectorSlice x, long row, int V) {
        FloatVector max = broadcast(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= V - LANES; i += LANES) {
            max = max.max(x.load(row + i));
        }
        if (i < V) {
            VectorMask<Float> mask = first(V - i);
            max = max.lanewise(VectorOperators.MAX, x.load(row + i, mask), mask);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static float sum(VectorSlice x, long row, int V, float max) {
        FloatVector sum = FloatVector.zero(F);
        int i = 0;
        for (; i <= V - LANES; i += LANES) {
            sum = sum.add(MathVector.exp(x.load(row + i).sub(max)));
        }
        if (i < V) {
            VectorMask<Float> mask = first(V - i);
            sum = sum.add(MathVector.exp(x.load(row + i, mask).sub(max)), mask);
        }
        return LanesVector.sum(sum);
    }

    /** {@code out = exp(x - max)} and its sum. */
    private static float exponentials(VectorSlice out, VectorSlice x, long row, int V, float max) {
        FloatVector sum = FloatVector.zero(F);
        int i = 0;
        for (; i <= V - LANES; i += LANES) {
            FloatVector e = MathVector.exp(x.load(row + i).sub(max));
            out.store(row + i, e);
            sum = sum.add(e);
        }
        if (i < V) {
            VectorMask<Float> mask = first(V - i);
            FloatVector e = MathVector.exp(x.load(row + i, mask).sub(max));
            out.store(row + i, e, mask);
            sum = sum.add(e, mask);
        }
        return LanesVector.sum(sum);
    }

    private static void scale(VectorSlice x, long row, int V, float factor) {
        int i = 0;
        for (; i <= V - LANES; i += LANES) {
            x.store(row + i, x.load(row + i).mul(factor));
        }
        if (i < V) {
            VectorMask<Float> mask = first(V - i);
            x.store(row + i, x.load(row + i, mask).mul(factor), mask);
        }
    }
}
