package org.tornadogpt.kernels.ops.matmul;

import org.tornadogpt.kernels.kernel.KernelSink;
import org.tornadogpt.kernels.kernel.group.ColumnSumsGroup;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationLoop;
import org.tornadogpt.kernels.ops.residual.ResidualLoop;

/**
 * Products for work-groups as calls of one form: {@link #launch} computes a product with what follows it. A kernel
 * writes one array, so that what would write two is done in two calls.
 */
public abstract class FusingMatMul implements MatMul {
    private static final PointwiseActivationLoop ACTIVATIONS = new PointwiseActivationLoop();
    private static final ResidualLoop RESIDUALS = new ResidualLoop();

    /** Hands over the kernels of a product and of what follows it. */
    protected abstract void launch(KernelSink sink, ProductCall call);

    @Override
    public Style style() {
        return Style.GROUP;
    }

    @Override
    public void forward(KernelSink sink, Shape s, Slice out, Slice x, Slice weight, Slice bias) {
        launch(sink, new ProductCall(Product.forward(s), biasMode(bias), out, x, weight, bias, null, Dropout.none()));
    }

    private static int biasMode(Slice bias) {
        return bias == null ? 0 : ProductTile.BIAS;
    }

    @Override
    public boolean fusesActivation() {
        return true;
    }

    /** In one call if {@code pre} lies in the array of {@code out}. */
    @Override
    public void forwardActivation(
            KernelSink sink, Shape s, Slice out, Slice pre, Slice x, Slice weight, Slice bias, Activation kind) {
        if (pre != null && !sameArray(pre, out)) {
            forward(sink, s, pre, x, weight, bias);
            ACTIVATIONS.forward(sink, out.length(), kind, out, pre);
            return;
        }
        int mode = biasMode(bias) + ProductTile.ACTIVATE + (pre == null ? 0 : ProductTile.KEEP) + kindMode(kind);
        launch(sink, new ProductCall(Product.forward(s), mode, out, x, weight, bias, pre, Dropout.none()));
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

    /** In one call if {@code residual} lies in the array of {@code out}. */
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
        launch(sink, new ProductCall(Product.forward(s), mode, out, x, weight, bias, residual, dropout));
    }

    @Override
    public void backwardInput(KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight) {
        launch(sink, ProductCall.plain(Product.input(s), 0, dx, dout, weight));
    }

    /** In one call if {@code saved} lies in the array of {@code dx}. */
    @Override
    public void backwardInputActivation(
            KernelSink sink, Shape s, Slice dx, Slice dout, Slice weight, Slice saved, Activation kind) {
        if (!sameArray(saved, dx)) {
            backwardInput(sink, s, dx, dout, weight);
            ACTIVATIONS.backward(sink, dx.length(), kind, dx, dx, saved);
            return;
        }
        int mode = ProductTile.SLOPE + kindMode(kind);
        launch(sink, new ProductCall(Product.input(s), mode, dx, dout, weight, null, saved, Dropout.none()));
    }

    @Override
    public void backwardWeight(KernelSink sink, Shape s, Slice dweight, Slice dbias, Slice dout, Slice x) {
        launch(sink, ProductCall.plain(Product.weight(s), ProductTile.ACCUMULATE, dweight, dout, x));
        if (dbias != null) {
            ColumnSumsGroup.add(sink, s.N(), s.O(), dbias, dout);
        }
    }
}
