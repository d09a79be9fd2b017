package org.tornadogpt.tensorcores;

import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.WorkGroups;
import org.tornadogpt.kernels.ops.matmul.FusingMatMul;
import org.tornadogpt.kernels.ops.matmul.Product;
import org.tornadogpt.kernels.ops.matmul.ProductCall;
import org.tornadogpt.kernels.ops.matmul.ProductEpilogueGroup;
import org.tornadogpt.kernels.ops.matmul.ProductEpilogueGroup.Sums;
import org.tornadogpt.kernels.ops.matmul.RoundedOperands;
import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Products on tensor cores: operands stay float32 in memory and are rounded to bfloat16 on their way into local memory,
 * sums are float32 ({@link MmaProductGroup}). Tensor cores store their sums and nothing else, in whole tiles; so where
 * something follows, or sizes are no multiples of a tile, sums go to scratch memory, from which a second kernel finishes
 * them. That kernel also adds up the parts of long sums of few results.
 *
 * <p>The error is that of {@link RoundedOperands}: at most about {@code 2^-7} of the sum of the terms' sizes.
 */
public final class MatMulMma extends FusingMatMul implements OtherMathematics {
    /** Two groups for each multiprocessor of a large GPU. */
    private static final int GROUPS_WANTED = 264;

    /** A part of a sum is not shorter than this. */
    private static final int LEAST_PART = 256;

    @Override
    public String name() {
        return "mma";
    }

    @Override
    public String mechanism() {
        return "tensor cores, bf16 operands";
    }

    @Override
    public String description() {
        return "Operands are rounded to bfloat16 while they are brought into local memory and multiplied by tensor cores, which"
                + " add up in float32; memory holds float32. What follows a product is a second kernel.";
    }

    @Override
    public String errorBound() {
        return "of the product of what is given: 2^-7 times the sum of its terms' sizes";
    }

    @Override
    public Optional<String> obstacle(DeviceTraits device) {
        return super.obstacle(device)
                .or(() -> device.has(DeviceTraits.Ability.BF16_TENSOR_CORES)
                        ? Optional.empty()
                        : Optional.of(
                                "it needs tensor cores with bfloat16: TornadoVM 5.2.0 or newer, its CUDA back end,"
                                        + " a GPU of compute capability 8.0 or newer"));
    }

    @Override
    public String mathematics() {
        return "products of operands rounded to bf16";
    }

    @Override
    public List<KernelCase> cases() {
        return RoundedOperands.cases();
    }

    @Override
    public Reference reference() {
        return RoundedOperands.bf16(false);
    }

    @Override
    protected void launch(KernelSink sink, ProductCall call) {
        Product product = call.product();
        boolean whole = product.I() % MmaProductGroup.ROWS == 0 && product.J() % MmaProductGroup.COLUMNS == 0;
        if (call.isPlain() && whole) {
            product(sink, call, new Sums(call.out(), 1, product.I(), product.J()), part(product, 1));
            return;
        }
        int part = part(product, parts(product));
        int rows = Math.ceilDiv(product.I(), MmaProductGroup.ROWS) * MmaProductGroup.ROWS;
        int line = Math.ceilDiv(product.J(), MmaProductGroup.COLUMNS) * MmaProductGroup.COLUMNS;
        Sums sums = Sums.scratch(sink, Math.ceilDiv(product.P(), part), rows, line);
        product(sink, call, sums, part);
        ProductEpilogueGroup.finish(sink, call, sums);
    }

    /** Into how many parts sums are cut, so that there are enough groups. */
    private static int parts(Product product) {
        int tiles = product.tiles(MmaProductGroup.ROWS, MmaProductGroup.COLUMNS);
        return Math.max(1, Math.min(GROUPS_WANTED / tiles, product.P() / LEAST_PART));
    }

    /** The length of a part. */
    private static int part(Product product, int parts) {
        return Math.ceilDiv(Math.ceilDiv(product.P(), parts), MmaProductGroup.DEPTH) * MmaProductGroup.DEPTH;
    }

    private static void product(KernelSink sink, ProductCall call, Sums sums, int part) {
        Product product = call.product();
        sink.newTable();
        int first = sink.slot(call.a());
        sink.slot(call.b());
        sink.slot(sums.slice());
        sink.slot(part / MmaProductGroup.DEPTH);
        sink.group(
                Call.of(
                        "kMatMulMma",
                        MmaProductGroup::kMatMulMma,
                        new KernelContext(),
                        sink.offsets(),
                        first,
                        call.a().array(),
                        call.b().array(),
                        sums.slice().array(),
                        product.I(),
                        product.J(),
                        product.P(),
                        part,
                        sums.rows(),
                        sums.line(),
                        mode(product, sums, part)),
                new WorkGroups(
                        Math.multiplyExact(Math.ceilDiv(product.I(), MmaProductGroup.ROWS), MmaProductGroup.ITEMS),
                        Math.ceilDiv(product.J(), MmaProductGroup.COLUMNS),
                        sums.parts(),
                        MmaProductGroup.ITEMS,
                        1,
                        1));
    }

    private static int mode(Product product, Sums sums, int part) {
        boolean edges = product.I() % MmaProductGroup.ROWS != 0
                || product.J() % MmaProductGroup.COLUMNS != 0
                || sums.parts() * part != product.P();
        return (product.firstDown() ? MmaProductGroup.FIRST_DOWN : 0)
                + (product.secondDown() ? MmaProductGroup.SECOND_DOWN : 0)
                + (edges ? MmaProductGroup.EDGES : 0);
    }
}
