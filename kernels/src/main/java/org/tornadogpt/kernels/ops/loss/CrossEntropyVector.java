package org.tornadogpt.kernels.ops.loss;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.broadcast;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.MathVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.memory.IntSlice;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Blocks of rows on all threads; a row's maximum, sum and gradient in three passes over it while it is in the cache.
 */
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
    public String mechanism() {
        return "SIMD by blocks of rows";
    }

    @Override
    public String description() {
        return "Blocks of rows on all threads; maximum, sum and gradient in three passes while the row "
                + "is in the cache.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    public void forward(KernelSink sink, int N, int V, Slice losses, Slice logits, IntSlice targets) {
        VectorSlice loss = VectorSlice.of(losses);
        VectorSlice x = VectorSlice.of(logits);
        float[][] scratch = sink.workerScratch(padded(V));
        sink.blocks("crossentropy.forward", Math.ceilDiv(N, ROWS), (block, worker) -> {
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                exponentials(x, loss, n, V, targets.get(n), scratch[worker]);
            }
        });
    }

    @Override
    public void forwardWithGradient(
            KernelSink sink, int N, int V, float scale, Slice losses, Slice dlogits, Slice logits, IntSlice targets) {
        VectorSlice loss = VectorSlice.of(losses);
        VectorSlice d = VectorSlice.of(dlogits);
        VectorSlice x = VectorSlice.of(logits);
        float[][] scratch = sink.workerScratch(padded(V));
        sink.blocks("crossentropy.forwardWithGradient", Math.ceilDiv(N, ROWS), (block, worker) -> {
            float[] row = scratch[worker];
            int end = Math.min(N, (block + 1) * ROWS);
            for (int n = block * ROWS; n < end; n++) {
                int target = targets.get(n);
                float sum = exponentials(x, loss, n, V, target, row);
                scale(row, padded(V), scale / sum);
                row[target] -= scale;
                d.copyFrom((long) n * V, row, 0, V);
            }
        });
    }

    private static int padded(int V) {
        return Math.ceilDiv(V, LANES) * LANES;
    }

    /**
     * {@code row = exp(logits - max)}, and the row's loss; returns the sum. What pads the row is too small to count.
     */
    private static float exponentials(VectorSlice logits, VectorSlice losses, int n, int V, int target, float[] row) {
        logits.copyTo((long) n * V, row, 0, V);
        Arrays.fill(row, V, padded(V), Float.NEGATIVE_INFINITY);
        float max = max(row, padded(V));
        float logit = row[target];
        float sum = exponentials(row, padded(V), max);
        losses.set(n, (float) (Math.log(sum) + ((double) max - logit)));
        return sum;
    }

    private static float max(float[] row, int n) {
        FloatVector max = broadcast(Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += LANES) {
            max = MathVector.larger(max, FloatVector.fromArray(F, row, i));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static float exponentials(float[] row, int n, float max) {
        FloatVector sum = FloatVector.zero(F);
        for (int i = 0; i < n; i += LANES) {
            FloatVector e =
                    MathVector.expUpTo88(FloatVector.fromArray(F, row, i).sub(max));
            e.intoArray(row, i);
            sum = sum.add(e);
        }
        return LanesVector.sum(sum);
    }

    private static void scale(float[] row, int n, float factor) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(F, row, i).mul(factor).intoArray(row, i);
        }
    }
}
