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
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationLoop;
import org.tornadogpt.kernels.ops.residual.ResidualLoop;
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
public final class MatMulGroup implements MatMul {
    /** Some more than four groups for each multiprocessor of a large GPU. */
    private static final int GROUPS_WANTED = 600;

    /** A part of a sum is not shorter than this. */
    private static final int LEAST_PART = 256;

    private static final PointwiseActivationLoop ACTIVATIONS = new PointwiseActivationLoop();
    private static final ResidualLoop RESIDUALS = new ResidualLoop();

    /** A product's sizes, and how its operands are stored. */
    private record Product(int I, int J, int P, int stored) {
        static Product forward(Shape s) {
            return new Product(s.N(), s.O(), s.K(), 0);
        }

        static Product input(Shape s) {
            return new Product(s.N(), s.K(), s.O(), ProductTile.SECOND_DOWN);
        }

        static Product weight(Shape s) {
            return new Product(s.O(), s.K(), s.N(), ProductTile.FIRST_DOWN + ProductTile.SECOND_DOWN);
        }

        int tiles() {
            return pieces(I, TiledProductGroup.ROWS) * pieces(J, TiledProductGroup.COLUMNS);
        }

        /** Into how many parts the sums are cut: a power of two, so that they are even where sums are. */
        int parts() {
            return Integer.highestOneBit(Math.max(1, Math.min(GROUPS_WANTED / tiles(), P / LEAST_PART)));
        }

        /** Whether there are whole tiles only, and whole steps of each part. */
        boolean whole(int parts) {
            return I % WholeTilesGroup.ROWS == 0
                    && J % WholeTilesGroup.COLUMNS == 0
                    && P % (parts * WholeTilesGroup.DEPTH) == 0;
        }

        /** Groups that compute one layer of results in tiles of that size. */
        WorkGroups groups(int rows, int columns) {
            return WorkGroups.of(pieces(J, columns), pieces(I, rows), TiledProductGroup.SIDE, TiledProductGroup.SIDE);
        }

        private static int pieces(int length, int piece) {
            return (length - 1) / piece + 1;
        }
    }

    @Override
    public String name() {
        return "tiled";
    }

    @Override
    public Style style() {
        return Style.GROUP;
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
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        launch(sink, Product.forward(s), 1, biasMode(bias), out, x, weight, bias, null, Dropout.none());
    }

    private static int biasMode(Slice bias) {
        return bias == null ? 0 : ProductTile.BIAS;
    }

    @Override
    public boolean fusesActivation() {
        return true;
    }

    /** In one kernel if {@code pre} lies in the array of {@code out}. */
    @Override
    public void forwardActivation(
            KernelSink sink, Shape s, Slice out, Slice pre, Slice x, Slice weight, Slice bias, Activation kind) {
        if (pre != null && !sameArray(pre, out)) {
            forward(sink, s, pre, x, weight, bias);
            ACTIVATIONS.forward(sink, out.length(), kind, out, pre);
            return;
        }
        int mode = biasMode(bias) + ProductTile.ACTIVATE + (pre == null ? 0 : ProductTile.KEEP) + kindMode(kind);
        launch(sink, Product.forward(s), 1, mode, out, x, weight, bias, pre, Dropout.none());
    }

    private static int kindMode(Activation kind) {
        return kind.code() << ProductTile.KIND_SHIFT;
    }

    @SuppressWarnings("ReferenceEquality") // one array or two, whatever they hold
    private static boolean sameArray(Slice a, Slice b) {
        return a.array() == b.array();
    }

    @Override
    public boolean fusesResidual() {
        return true;
    }

    /** In one kernel if {@code residual} lies in the array of {@code out}. */
    @Override
    public void forwardResidual(
            KernelSink sink, Shape s, Slice out, Slice residual, Slice x, Slice weight, Slice bias, Dropout dropout) {
        if (!sameArray(residual, out)) {
            Slice branch = sink.scratch(out.length());
            forward(sink, s, branch, x, weight, bias);
            RESIDUALS.forward(sink, s.N(), s.O(), dropout, out, residual, branch);
            return;
        }
        int mode = biasMode(bias) + ProductTile.RESIDUAL;
        launch(sink, Product.forward(s), 1, mode, out, x, weight, bias, residual, dropout);
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        launch(sink, Product.input(s), 1, 0, dx, dout, weight, null, null, Dropout.none());
    }

    /** In one kernel if {@code saved} lies in the array of {@code dx}. */
    @Override
    public void backwardInputActivation(
            KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight, Slice saved, Activation kind) {
        if (!sameArray(saved, dx)) {
            backwardInput(sink, s, dx, dout, weight);
            ACTIVATIONS.backward(sink, dx.length(), kind, dx, dx, saved);
            return;
        }
        int mode = ProductTile.SLOPE + kindMode(kind);
        launch(sink, Product.input(s), 1, mode, dx, dout, weight, null, saved, Dropout.none());
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        Product product = Product.weight(s);
        int parts = product.parts();
        if (parts == 1) {
            launch(sink, product, 1, ProductTile.ACCUMULATE, dweight, dout, x, null, null, Dropout.none());
        } else {
            int size = Math.multiplyExact(s.O(), s.K());
            Slice partial = sink.scratch(Math.multiplyExact(parts, size));
            launch(sink, product, parts, 0, partial, dout, x, null, null, Dropout.none());
            ColumnSumsGroup.add(sink, parts, size, dweight, partial);
        }
        if (dbias != null) {
            ColumnSumsGroup.add(sink, s.N(), s.O(), dbias, dout);
        }
    }

    /** @param extra the slice that {@code mode} wants beside the result, in its array; may be null */
    private static void launch(
            KernelSink sink,
            Product product,
            int parts,
            int mode,
            Slice out,
            Slice a,
            Slice b,
            Slice bias,
            Slice extra,
            Dropout dropout) {
        int part = (product.P - 1) / parts + 1;
        sink.newTable();
        int first = sink.slot(a);
        sink.slot(b);
        sink.slot(out);
        sink.slot(bias == null ? 0 : bias.offset());
        sink.slot(extra == null ? 0 : extra.offset());
        sink.slot(dropout.site());
        FloatArray biasArray = bias == null ? b.array() : bias.array();
        IntArray counters = dropout.counters(sink.offsets());
        if (sink.prefersSharedKernels()) {
            Sizes.slots(sink, product.I, product.J, product.P, part);
            sink.slot(product.stored + mode);
            sink.slot(dropout.threshold());
            TableFloat.slots(sink, dropout.scale());
            sink.group(
                    Call.of(
                            "kMatMulSmall",
                            SmallTiledProductGroup::kMatMulSmall,
                            new KernelContext(),
                            sink.offsets(),
                            first,
                            a.array(),
                            b.array(),
                            biasArray,
                            counters,
                            out.array()),
                    product.groups(SmallTiledProductGroup.ROWS, SmallTiledProductGroup.COLUMNS)
                            .times(parts));
            return;
        }
        boolean whole = product.whole(parts);
        sink.group(
                Call.of(
                        whole ? "kMatMulWhole" : "kMatMulTiled",
                        whole ? WholeTilesGroup::kMatMulWhole : TiledProductGroup::kMatMulTiled,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        a.array(),
                        b.array(),
                        biasArray,
                        counters,
                        out.array(),
                        product.I,
                        product.J,
                        product.P,
                        part,
                        product.stored + mode,
                        dropout.threshold(),
                        dropout.scale()),
                product.groups(TiledProductGroup.ROWS, TiledProductGroup.COLUMNS)
                        .times(parts));
    }
}
