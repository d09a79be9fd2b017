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
import org.tornadogpt.kernels.kernel.vector.VectorSource;
import org.tornadogpt.kernels.ops.matmul.MatMul.Shape;

/**
 * {@code x weightᵀ} for so few rows that packing the weight would cost more than the product: each output is a dot
 * product of a row with a row of the weight, read where it lies. The order in which a dot product is added up does not
 * depend on the number of rows, so a row's result is the same, bit for bit, whatever stands beside it: sequences that
 * are decoded together get what each gets alone.
 *
 * <p>Two rows share each read of the weight; more than half a vector of rows are left to {@link RowLanesVector}. Outputs are cut into blocks by the size of the product alone; a small one
 * is one block, which the calling thread does without waking another.
 */
record FewRowsVector(Shape s, VectorSlice x, VectorSource weight, float[] result, int stride) {
    /** Beyond, tiles over a packed weight are used. */
    static final int MOST_ROWS = 32;

    /** Outputs computed at once. */
    private static final int ABREAST = 4;

    /** Multiply-adds in a block of work. */
    private static final int BLOCK = 1 << 13;

    /** Rows from which on they are finished on several threads. */
    private static final int SHARED_ROWS = 4;

    static void launch(KernelSink sink, Shape s, VectorSlice x, VectorSource weight, EpilogueVector epilogue) {
        if (RowLanesVector.takes(s)) {
            RowLanesVector.launch(sink, s, x, weight, epilogue);
            return;
        }
        int stride = PackingVector.panels(s.O()) * TileVector.COLUMNS;
        float[] result = sink.heapScratch((s.N() + s.N()) * stride);
        FewRowsVector product = new FewRowsVector(s, x, weight, result, stride);
        int outputs = Math.max(1, BLOCK / (s.K() * s.N()) / ABREAST) * ABREAST;
        int blocks = Math.ceilDiv(s.O(), outputs);
        if (blocks == 1) {
            sink.blocks("matmul.fewRows", 1, (block, worker) -> {
                product.block(0, s.O());
                product.finish(epilogue, 0, s.N());
            });
            return;
        }
        sink.blocks(
                "matmul.fewRows",
                blocks,
                (block, worker) -> product.block(block * outputs, Math.min(s.O(), (block + 1) * outputs)));
        if (s.N() < SHARED_ROWS) {
            sink.blocks("matmul.finish", 1, (block, worker) -> product.finish(epilogue, 0, s.N()));
        } else {
            sink.blocks("matmul.finish", s.N(), (block, worker) -> product.finish(epilogue, block, 1));
        }
    }

    /** Each row has room beside it for what its epilogue reads. */
    private void finish(EpilogueVector epilogue, int n, int count) {
        EpilogueVector.Rows rows = new EpilogueVector.Rows(result, n * stride, (s.N() + n) * stride, stride, s.O());
        epilogue.finish(rows, n, count);
    }

    /** Outputs {@code from} to {@code end} of all rows. */
    private void block(int from, int end) {
        int o = from;
        for (; o <= end - ABREAST; o += ABREAST) {
            int n = 0;
            for (; n <= s.N() - 2; n += 2) {
                twoRows((long) o * s.K(), (long) n * s.K(), n * stride + o);
            }
            if (n < s.N()) {
                oneRow((long) o * s.K(), (long) n * s.K(), n * stride + o);
            }
        }
        for (; o < end; o++) {
            for (int n = 0; n < s.N(); n++) {
                dot((long) o * s.K(), (long) n * s.K(), n * stride + o);
            }
        }
    }

    private void twoRows(long at, long row, int to) {
        int K = s.K();
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        int k = 0;
        for (; k <= K - LANES; k += LANES) {
            FloatVector a = x.load(row + k);
            FloatVector b = x.load(row + K + k);
            FloatVector w0 = weight.load(at + k);
            FloatVector w1 = weight.load(at + K + k);
            FloatVector w2 = weight.load(at + 2L * K + k);
            FloatVector w3 = weight.load(at + 3L * K + k);
            a0 = w0.fma(a, a0);
            a1 = w1.fma(a, a1);
            a2 = w2.fma(a, a2);
            a3 = w3.fma(a, a3);
            b0 = w0.fma(b, b0);
            b1 = w1.fma(b, b1);
            b2 = w2.fma(b, b2);
            b3 = w3.fma(b, b3);
        }
        if (k < K) {
            VectorMask<Float> mask = first(K - k);
            FloatVector a = x.load(row + k, mask);
            FloatVector b = x.load(row + K + k, mask);
            FloatVector w0 = weight.load(at + k, mask);
            FloatVector w1 = weight.load(at + K + k, mask);
            FloatVector w2 = weight.load(at + 2L * K + k, mask);
            FloatVector w3 = weight.load(at + 3L * K + k, mask);
            a0 = w0.fma(a, a0);
            a1 = w1.fma(a, a1);
            a2 = w2.fma(a, a2);
            a3 = w3.fma(a, a3);
            b0 = w0.fma(b, b0);
            b1 = w1.fma(b, b1);
            b2 = w2.fma(b, b2);
            b3 = w3.fma(b, b3);
        }
        result[to] = LanesVector.sum(a0);
        result[to + 1] = LanesVector.sum(a1);
        result[to + 2] = LanesVector.sum(a2);
        result[to + 3] = LanesVector.sum(a3);
        result[to + stride] = LanesVector.sum(b0);
        result[to + stride + 1] = LanesVector.sum(b1);
        result[to + stride + 2] = LanesVector.sum(b2);
        result[to + stride + 3] = LanesVector.sum(b3);
    }

    private void oneRow(long at, long row, int to) {
        int K = s.K();
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int k = 0;
        for (; k <= K - LANES; k += LANES) {
            FloatVector v = x.load(row + k);
            s0 = weight.load(at + k).fma(v, s0);
            s1 = weight.load(at + K + k).fma(v, s1);
            s2 = weight.load(at + 2L * K + k).fma(v, s2);
            s3 = weight.load(at + 3L * K + k).fma(v, s3);
        }
        if (k < K) {
            VectorMask<Float> mask = first(K - k);
            FloatVector v = x.load(row + k, mask);
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

    private void dot(long at, long row, int to) {
        int K = s.K();
        FloatVector sum = FloatVector.zero(F);
        int k = 0;
        for (; k <= K - LANES; k += LANES) {
            sum = weight.load(at + k).fma(x.load(row + k), sum);
        }
        if (k < K) {
            VectorMask<Float> mask = first(K - k);
            sum = weight.load(at + k, mask).fma(x.load(row + k, mask), sum);
        }
        result[to] = LanesVector.sum(sum);
    }
}
