package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What follows a product whose kernel can store plain sums only: parts are added up in order, then bias, activation,
 * its derivative, dropout and residual are done to them, an item for each result.
 */
public final class ProductEpilogueGroup {
    private static final int ITEMS = 256;

    /**
     * Sums as a product's kernel left them: {@code parts} layers, each of {@code rows} lines of {@code line} floats, of
     * which the first I and J count.
     */
    public record Sums(Slice slice, int parts, int rows, int line) {
        /** In scratch memory. */
        public static Sums scratch(KernelSink sink, int parts, int rows, int line) {
            int size = Math.multiplyExact(parts, Math.multiplyExact(rows, line));
            return new Sums(sink.scratch(size), parts, rows, line);
        }
    }

    private ProductEpilogueGroup() {}

    /** Makes {@code call}'s result of {@code sums}. */
    public static void finish(KernelSink sink, ProductCall call, Sums sums) {
        Product product = call.product();
        Dropout dropout = call.dropout();
        sink.newTable();
        int first = sink.slot(sums.slice);
        sink.slot(0); // where the kernels of products have their second operand
        sink.slot(call.out());
        sink.slot(call.bias() == null ? 0 : call.bias().offset());
        sink.slot(call.extra() == null ? 0 : call.extra().offset());
        sink.slot(dropout.site());
        sink.group(
                Call.of(
                        "kMatMulEpilogue",
                        ProductEpilogueGroup::kMatMulEpilogue,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        sums.slice.array(),
                        call.bias() == null ? sums.slice.array() : call.bias().array(),
                        dropout.counters(sink.offsets()),
                        call.out().array(),
                        product.I(),
                        product.J(),
                        sums.parts,
                        Math.multiplyExact(sums.rows, sums.line),
                        sums.line,
                        call.mode(),
                        dropout.threshold(),
                        dropout.scale()),
                WorkGroups.of(Math.ceilDiv(Math.multiplyExact(product.I(), product.J()), ITEMS), ITEMS));
    }

    /**
     * {@code out[i,j] = sum over z of sums[z,i,j]}, finished as {@code mode} says. The numbers of the offsets of sums,
     * of nothing, of out, bias, the extra slice (in the array of the result) and the dropout's site follow each other.
     *
     * @param first number of the offset of sums
     * @param layer floats of a part
     * @param line floats of a row of a part
     * @param mode sum of {@code ProductTile}'s flags
     */
    public static void kMatMulEpilogue(
            KernelContext context,
            IntArray offsets,
            int first,
            FloatArray sums,
            FloatArray bias,
            IntArray counters,
            FloatArray out,
            int I,
            int J,
            int parts,
            int layer,
            int line,
            int mode,
            int threshold,
            float scale) {
        int element = context.globalIdx;
        if (element < I * J) {
            int i = element / J;
            int j = element - i * J;
            int at = offsets.get(first) + i * line + j;
            float value = sums.get(at);
            for (int z = 1; z < parts; z++) {
                value += sums.get(at + z * layer);
            }
            float before = ProductTile.before(out, offsets, first, 0, i, j, I, J, mode);
            ProductTile.finish(value, before, bias, offsets, first, counters, out, 0, i, j, J, mode, threshold, scale);
        }
    }
}
