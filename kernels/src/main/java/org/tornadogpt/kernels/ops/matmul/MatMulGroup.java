package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.kernel.group.ColumnSumsGroup;
import org.tornadogpt.kernels.kernel.group.Sizes;
import org.tornadogpt.kernels.kernel.group.TableFloat;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Tiles in local memory and blocks of results in registers, one kernel for all three products: see {@link
 * TiledProductGroup}. Bias, activation, its derivative, dropout and residual are done to finished results on their way
 * out.
 *
 * <p>The weight's gradient has few results and long sums, so the rows are cut into parts: groups write partial sums to
 * scratch memory, and these are added up in order; no atomics. The number of parts depends on the shape only.
 */
public final class MatMulGroup extends FusingMatMul {
    /** Some more than four groups for each multiprocessor of a large GPU. */
    private static final int GROUPS_WANTED = 600;

    /** A part of a sum is not shorter than this. */
    private static final int LEAST_PART = 256;

    @Override
    public String name() {
        return "tiled";
    }

    @Override
    public String mechanism() {
        return "register tiles in local memory";
    }

    @Override
    public String description() {
        return "Tiles in local memory and blocks of results in registers, one kernel for all three "
                + "products. The weight's gradient is cut into parts by rows, whose sums are added in "
                + "order.";
    }

    @Override
    public int preference(DeviceTraits device) {
        return PREFERRED;
    }

    @Override
    protected void launch(KernelSink sink, ProductCall call) {
        Product product = call.product();
        int parts = call.mode() == ProductTile.ACCUMULATE ? parts(product) : 1;
        if (parts == 1) {
            launch(sink, 1, call);
            return;
        }
        int size = Math.multiplyExact(product.I(), product.J());
        Slice partial = sink.scratch(Math.multiplyExact(parts, size));
        launch(sink, parts, ProductCall.plain(product, 0, partial, call.a(), call.b()));
        ColumnSumsGroup.add(sink, parts, size, call.out(), partial);
    }

    /** Into how many parts the sums of a weight's gradient are cut: a power of two, so that they are even where sums are. */
    private static int parts(Product product) {
        int tiles = product.tiles(TiledProductGroup.ROWS, TiledProductGroup.COLUMNS);
        return Integer.highestOneBit(Math.max(1, Math.min(GROUPS_WANTED / tiles, product.P() / LEAST_PART)));
    }

    /** Whether there are whole tiles only, and whole steps of each part. */
    private static boolean whole(Product product, int parts) {
        return product.I() % WholeTilesGroup.ROWS == 0
                && product.J() % WholeTilesGroup.COLUMNS == 0
                && product.P() % (parts * WholeTilesGroup.DEPTH) == 0;
    }

    /** Groups that compute one layer of results in tiles of that size. */
    private static WorkGroups groups(Product product, int rows, int columns) {
        return WorkGroups.of(
                Math.ceilDiv(product.J(), columns),
                Math.ceilDiv(product.I(), rows),
                TiledProductGroup.SIDE,
                TiledProductGroup.SIDE);
    }

    private static void launch(KernelSink sink, int parts, ProductCall call) {
        Product product = call.product();
        int part = (product.P() - 1) / parts + 1;
        int mode = product.stored() + call.mode();
        Dropout dropout = call.dropout();
        sink.newTable();
        int first = sink.slot(call.a());
        sink.slot(call.b());
        sink.slot(call.out());
        sink.slot(call.bias() == null ? 0 : call.bias().offset());
        sink.slot(call.extra() == null ? 0 : call.extra().offset());
        sink.slot(dropout.site());
        FloatArray a = call.a().array();
        FloatArray b = call.b().array();
        FloatArray biasArray = call.bias() == null ? b : call.bias().array();
        IntArray counters = dropout.counters(sink.offsets());
        if (sink.prefersSharedKernels()) {
            Sizes.slots(sink, product.I(), product.J(), product.P(), part);
            sink.slot(mode);
            sink.slot(dropout.threshold());
            TableFloat.slots(sink, dropout.scale());
            sink.group(
                    Call.of(
                            "kMatMulSmall",
                            SmallTiledProductGroup::kMatMulSmall,
                            new KernelContext(),
                            sink.offsets(),
                            first,
                            a,
                            b,
                            biasArray,
                            counters,
                            call.out().array()),
                    groups(product, SmallTiledProductGroup.ROWS, SmallTiledProductGroup.COLUMNS)
                            .times(parts));
            return;
        }
        boolean whole = whole(product, parts);
        sink.group(
                Call.of(
                        whole ? "kMatMulWhole" : "kMatMulTiled",
                        whole ? WholeTilesGroup::kMatMulWhole : TiledProductGroup::kMatMulTiled,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        a,
                        b,
                        biasArray,
                        counters,
                        call.out().array(),
                        product.I(),
                        product.J(),
                        product.P(),
                        part,
                        mode,
                        dropout.threshold(),
                        dropout.scale()),
                groups(product, TiledProductGroup.ROWS, TiledProductGroup.COLUMNS)
                        .times(parts));
    }
}
