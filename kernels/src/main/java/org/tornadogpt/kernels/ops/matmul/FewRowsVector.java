package org.tornadogpt.kernels.ops.matmul;

import static org.tornadogpt.kernels.kernel.vector.LanesVector.F;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.LANES;
import static org.tornadogpt.kernels.kernel.vector.LanesVector.first;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.vector.LanesVector;
import org.tornadogpt.kernels.kernel.vector.TileVector;
import org.tornadogpt.kernels.kernel.vector.VectorSlice;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

/**
 * {@code x weightᵀ} for so few rows that packing the weight would cost more than the product: each output is a dot product of a
 * row with a row of the weight, read where it lies. Outputs are cut into blocks by the size of the weight alone; a small weight is
 * one block, which the calling thread does without waking another.
 */
record FewRowsVector(Shape s, VectorSlice x, VectorSlice weight, float[] result, float[][] scratch) {
    /** Beyond, tiles over a packed weight are faster. */
    static final int MOST_ROWS = 3;

    /** Dot products computed at once. */
    private static final int ABREAST = 4;

    /** Floats of a weight in a block of work. */
    private static final int BLOCK = 1 << 13;

    static void launch(KernelSink sink, Shape s, VectorSlice x, VectorSlice weight, EpilogueVector epilogue) {
        int stride = PackingVector.panels(s.O()) * TileVector.COLUMNS;
        float[] result = sink.heapScratch((s.N() + 1) * stride);
        float[][] scratch = sink.workerScratch(s.K());
        FewRowsVector product = new FewRowsVector(s, x, weight, result, scratch);
        EpilogueVector.Rows rows = new EpilogueVector.Rows(result, 0, s.N() * stride, stride, s.O());
        int outputs = Math.max(1, BLOCK / s.K() / ABREAST) * ABREAST;
        int blocks = Math.ceilDiv(s.O(), outputs);
        if (blocks == 1) {
            sink.blocks("matmul.fewRows", 1, (block, worker) -> {
                product.block(0, s.O(), stride, worker);
                epilogue.finish(rows, 0, s.N());
            });
            return;
        }
        sink.blocks(
                "matmul.fewRows",
                blocks,
                (block, worker) ->
                        product.block(block * outputs, Math.min(s.O(), (block + 1) * outputs), stride, worker));
        sink.blocks("matmul.finish", 1, (block, worker) -> epilogue.finish(rows, 0, s.N()));
    }

    /** Outputs {@code from} to {@code end} of all rows. */
    private void block(int from, int end, int stride, int worker) {
        float[] row = scratch[worker];
        for (int n = 0; n < s.N(); n++) {
            x.copyTo((long) n * s.K(), row, 0, s.K());
            int o = from;
            for (; o <= end - ABREAST; o += ABREAST) {
                dotsAbreast((long) o * s.K(), row, n * stride + o);
            }
            for (; o < end; o++) {
                dot((long) o * s.K(), row, n * stride + o);
            }
        }
    }

    private void dotsAbreast(long at, float[] row, int to) {
        int K = s.K();
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        int k = 0;
        for (; k <= K - LANES; k += LANES) {
            FloatVector v = FloatVector.fromArray(F, row, k);
            s0 = weight.load(at + k).fma(v, s0);
            s1 = weight.load(at + K + k).fma(v, s1);
            s2 = weight.load(at + 2L * K + k).fma(v, s2);
            s3 = weight.load(at + 3L * K + k).fma(v, s3);
        }
        if (k < K) {
            VectorMask<Float> mask = first(K - k);
            FloatVector v = FloatVector.fromArray(F, row, k, mask);
            s0 = weight.load(at + k, mask).fma(v, s0);
            s1 = weight.load(at + K + k, mask).fma(v, s1);
            s2 = weight.load(at + 2L * K + k, mask).fma(v, s2);
            s3 = weight.load(at + 3L * K + k, mask).fma(v, s3);
        }
        result[to] = LanesVector.sum(s0);
        result[to + 1] = LanesVector.sum(s1);
        result[to + 2] = LanesVector.sum(s2);
        result[to + 3] = LanesVector.sum(s3);
    }

    private void dot(long at, float[] row, int to) {
        int K = s.K();
        FloatVector sum = FloatVector.zero(F);
        int k = 0;
        for (; k <= K - LANES; k += LANES) {
            sum = weight.load(at + k).fma(FloatVector.fromArray(F, row, k), sum);
        }
        if (k < K) {
            VectorMask<Float> mask = first(K - k);
            sum = weight.load(at + k, mask).fma(FloatVector.fromArray(F, row, k, mask), sum);
        }
        result[to] = LanesVector.sum(sum);
    }
}
