package org.tornadogpt.tensorcores;

import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.elementwise.ElementwiseGroup;
import org.tornadogpt.kernels.ops.matmul.FusingMatMul;
import org.tornadogpt.kernels.ops.matmul.Product;
import org.tornadogpt.kernels.ops.matmul.ProductCall;
import org.tornadogpt.kernels.ops.matmul.ProductEpilogueGroup;
import org.tornadogpt.kernels.ops.matmul.ProductEpilogueGroup.Sums;
import org.tornadogpt.kernels.ops.matmul.RoundedOperands;

/**
 * Products by NVIDIA's library, to race against: {@code cublasSgemm} in TF32, where an SDK carries library tasks. Such a
 * task takes whole arrays, and tensors lie in arenas; so operands are copied first, and a kernel makes the result of the
 * product's array.
 *
 * <p>TF32 keeps 11 significant bits of each operand, so an operand is off by {@code 2^-10} at most, whether the others are
 * rounded or cut off, and a result by about {@code 2^-9} of the sum of its terms' sizes.
 */
public final class MatMulCuBlas extends FusingMatMul implements OtherMathematics {
    private static final ElementwiseGroup COPIES = new ElementwiseGroup();

    private final Sgemm library;

    /** The variant as it is found by name. */
    public MatMulCuBlas() {
        this(CuBlasSgemm::call);
    }

    MatMulCuBlas(Sgemm library) {
        this.library = library;
    }

    @Override
    public String name() {
        return "cublas";
    }

    @Override
    public String mechanism() {
        return "cuBLAS, TF32, operands copied";
    }

    @Override
    public String description() {
        return "A library task of TornadoVM calls cublasSgemm in TF32; operands are copied to arrays of their own before, and a"
                + " kernel does what follows the product.";
    }

    @Override
    public String errorBound() {
        return "of the product of what is given: 2^-9 times the sum of its terms' sizes";
    }

    @Override
    public Optional<String> obstacle(DeviceTraits device) {
        return super.obstacle(device)
                .or(() -> device.has(DeviceTraits.Ability.LIBRARY_TASKS)
                        ? Optional.empty()
                        : Optional.of("it needs TornadoVM's CUDA back end and an SDK with the module tornado.cublas"));
    }

    @Override
    public String mathematics() {
        return "products in tf32";
    }

    @Override
    public List<KernelCase> cases() {
        return RoundedOperands.cases();
    }

    /** A product of two operands is off by 2^-9 at most where their last bits are cut off; that of floats by 2^-24. */
    @Override
    public double budget() {
        return 1 << 13;
    }

    @Override
    public Reference reference() {
        return RoundedOperands.none();
    }

    @Override
    protected void launch(KernelSink sink, ProductCall call) {
        Product product = call.product();
        Slice a = copy(sink, 0, call.a());
        Slice b = copy(sink, 1, call.b());
        Slice c = sink.whole(2, Math.multiplyExact(product.I(), product.J()));
        // what lies by rows for us lies transposed by columns for the library: it computes cᵀ = bᵀ aᵀ
        sink.library(library.call(
                product.secondDown() ? 0 : 1,
                product.firstDown() ? 1 : 0,
                product.J(),
                product.I(),
                product.P(),
                b.array(),
                product.secondDown() ? product.J() : product.P(),
                a.array(),
                product.firstDown() ? product.I() : product.P(),
                c.array(),
                product.J()));
        ProductEpilogueGroup.finish(sink, call, new Sums(c, 1, product.I(), product.J()));
    }

    private static Slice copy(KernelSink sink, int number, Slice operand) {
        Slice whole = sink.whole(number, operand.length());
        COPIES.copy(sink, operand.length(), whole, operand);
        return whole;
    }
}
