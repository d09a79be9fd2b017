package org.tornadogpt.experiments;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.matmul.MatMul;
import org.tornadogpt.kernels.ops.matmul.MatMulBlockedVector;
import org.tornadogpt.kernels.ops.matmul.RoundedOperands;

/**
 * What training gives where tensor cores multiply: both operands of each product are rounded to bfloat16 (8 bits of
 * precision, to nearest, ties to even), products and sums stay float32 (Micikevicius et al. 2018, section 3.3). It is
 * for losses, not for speed: the rounded copies are then multiplied by {@link MatMulBlockedVector}.
 */
public final class Bf16Rounded implements MatMul, OtherMathematics {
    /** Elements that a worker rounds at a time. */
    private static final int BLOCK = 1 << 14;

    private final MatMul products = new MatMulBlockedVector();

    @Override
    public String name() {
        return "bf16rounded";
    }

    @Override
    public Style style() {
        return Style.VECTOR;
    }

    @Override
    public String mechanism() {
        return "operands rounded to bf16";
    }

    @Override
    public String description() {
        return "Operands are copied, rounded to bfloat16, and the copies multiplied in float32: the losses of tensor cores"
                + " without them.";
    }

    @Override
    public String errorBound() {
        return "of the product of what is given: 2^-7 times the sum of its terms' sizes";
    }

    @Override
    public String mathematics() {
        return "products of operands rounded to bf16";
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        products.forward(sink, s, out, rounded(sink, x), rounded(sink, weight), bias);
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        products.backwardInput(sink, s, dx, rounded(sink, dout), rounded(sink, weight));
    }

    /** The bias' gradient is a sum of the rounded {@code dout}, too. */
    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        products.backwardWeight(sink, s, dweight, dbias, rounded(sink, dout), rounded(sink, x));
    }

    /** A rounded copy, which the node's own memory holds. */
    private static Slice rounded(KernelSink sink, Slice exact) {
        Slice copy = sink.scratch(exact.length());
        sink.blocks("bf16rounded.round", Math.ceilDiv(exact.length(), BLOCK), (block, worker) -> {
            int end = Math.min(exact.length(), (block + 1) * BLOCK);
            for (int i = block * BLOCK; i < end; i++) {
                copy.set(i, DType.BF16.rounded(exact.get(i)));
            }
        });
        return copy;
    }

    @Override
    public List<KernelCase> cases() {
        return RoundedOperands.casesOfProducts();
    }

    @Override
    public Reference reference() {
        return RoundedOperands.bf16(true);
    }
}
