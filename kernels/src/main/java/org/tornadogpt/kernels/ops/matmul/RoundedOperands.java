package org.tornadogpt.kernels.ops.matmul;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.kernel.random.Philox;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.Activation;
import org.tornadogpt.kernels.ops.activation.PointwiseActivationLoop;

/**
 * What the variants are held to that round both operands of each product to bfloat16: the exact products of the rounded
 * operands, so that what is left is float32's rounding of sums. And how far that is from the products of what is given.
 * Of 8 significant bits the last is worth {@code 2^-7} of the first, so a normal float is rounded by at most {@code u =
 * 2^-8} of its size, a product of two is off by at most {@code 2 u + u^2}, and n of them are added up in float32:
 *
 * <pre>
 *   |result - sum of a b| &lt;= ((1 + 2 u + u^2) (1 + n 2^-23) - 1) * sum of |a| |b|
 * </pre>
 *
 * where each addition may be off by {@code 2^-23}, because tensor cores cut off where others round to nearest. So it is
 * {@code 2^-7} times the sum of the terms' sizes, and what float32 adds. Errors of terms mostly cancel.
 */
public final class RoundedOperands implements Reference {
    /** Relative error of one product of two rounded operands. */
    public static final double OF_A_PRODUCT = 0x1p-7 + 0x1p-16;

    /** Of a float's 24 significant bits, bfloat16 keeps 8. */
    private static final int BF16_BITS = 8;

    private static final int F32_BITS = 24;

    /** Prime, uneven, larger than a tile, and multiples of it; few rows go another way through some variants. */
    private static final int[][] SIZES = {
        {1, 1, 1}, {3, 5, 2}, {37, 29, 43}, {97, 131, 61}, {131, 17, 259}, {128, 128, 128}, {61, 521, 7}
    };

    private final int bits;
    private final boolean biasToo;

    private RoundedOperands(int bits, boolean biasToo) {
        this.bits = bits;
        this.biasToo = biasToo;
    }

    /**
     * Products of operands rounded to bfloat16.
     *
     * @param biasToo whether the bias' gradient is a sum of rounded numbers, too
     */
    public static RoundedOperands bf16(boolean biasToo) {
        return new RoundedOperands(BF16_BITS, biasToo);
    }

    /** Products of what is given, for variants whose rounding is not known to the bit. */
    public static RoundedOperands none() {
        return new RoundedOperands(F32_BITS, false);
    }

    /** How far a sum of {@code terms} products may be off, by the sum of their sizes. */
    public static double bound(int terms) {
        return (1 + OF_A_PRODUCT) * (1 + terms * 0x1p-23) - 1;
    }

    /** The case of all products and what may be fused into them, for each of a list of sizes. */
    public static List<KernelCase> cases() {
        List<KernelCase> cases = new ArrayList<>();
        for (int[] size : SIZES) {
            cases.add(products(size[0], size[1], size[2]));
            cases.add(fused(size[0], size[1], size[2]));
        }
        return cases;
    }

    /** The case of all products, for variants that fuse nothing into them. */
    public static List<KernelCase> casesOfProducts() {
        List<KernelCase> cases = new ArrayList<>();
        for (int[] size : SIZES) {
            cases.add(products(size[0], size[1], size[2]));
        }
        return cases;
    }

    private static KernelCase products(int N, int K, int O) {
        String name = "products N" + N + " K" + K + " O" + O;
        return new KernelCase(MatMul.OPERATION, name, Math.max(N, Math.max(K, O)), (recorder, t) -> {
            Tensor x = t.activation("x", N, K);
            Tensor weight = t.parameter("weight", O, K);
            Tensor dout = t.activation("dout", N, O);
            Tensor out = t.unset("out", N, O);
            Tensor plain = t.unset("plain", N, O);
            Tensor dx = t.unset("dx", N, K);
            Tensor dweight = t.parameter("dweight", O, K);
            Tensor dbias = t.parameter("dbias", O);
            MatMul.forward(recorder, new MatMul.Forward(out, x, weight, t.parameter("bias", O)));
            MatMul.forward(recorder, new MatMul.Forward(plain, x, weight, null));
            MatMul.backwardInput(recorder, new MatMul.BackwardInput(dx, dout, weight));
            MatMul.backwardWeight(recorder, new MatMul.BackwardWeight(dweight, dbias, dout, x));
            t.result(out);
            t.result(plain);
            t.result(dx);
            t.resultState(dweight);
            t.resultState(dbias);
        });
    }

    private static KernelCase fused(int N, int K, int O) {
        String name = "fused N" + N + " K" + K + " O" + O;
        return new KernelCase(MatMul.OPERATION, name, 2 * Math.max(K, O), (recorder, t) -> {
            Tensor x = t.activation("x", N, K);
            Tensor weight = t.parameter("weight", O, K);
            Tensor bias = t.parameter("bias", O);
            for (Activation kind : List.of(Activation.RELU, Activation.GELU)) {
                Tensor out = t.unset("out" + kind, N, O);
                Tensor pre = kind.needsInput() ? t.unset("pre", N, O) : null;
                MatMul.forwardActivation(recorder, new MatMul.ForwardActivation(out, pre, x, weight, bias, kind));
                t.result(out);
                if (pre != null) {
                    t.result(pre);
                }
            }
            Tensor dx = t.unset("dx", N, K);
            MatMul.backwardInputActivation(
                    recorder,
                    new MatMul.BackwardInputActivation(dx, t.activation("dout", N, O), weight, x, Activation.GELU));
            t.result(dx);
            Tensor stream = t.activation("stream", N, O);
            MatMul.forwardResidual(
                    recorder, new MatMul.ForwardResidual(stream, stream, x, weight, bias, t.dropout(0.3f)));
            t.result(stream);
        });
    }

    @Override
    public void compute(OperationCall call, Doubles values) {
        switch (call) {
            case MatMul.Forward a -> values.set(a.out(), forward(a.x(), a.weight(), a.bias(), values));
            case MatMul.ForwardActivation a -> forwardActivation(a, values);
            case MatMul.ForwardResidual a -> forwardResidual(a, values);
            case MatMul.BackwardInput a -> values.set(a.dx(), backwardInput(a.dout(), a.weight(), values));
            case MatMul.BackwardInputActivation a -> backwardInputActivation(a, values);
            case MatMul.BackwardWeight a -> backwardWeight(a, values);
            default -> throw new IllegalArgumentException("no product: " + call);
        }
    }

    /** To so many significant bits, to nearest, ties to even; all the numbers of checks are far from float's bounds. */
    private double rounded(double value) {
        double unit = Math.scalb(1.0, Math.getExponent(value) - bits + 1);
        return Double.isFinite(value) && value != 0 ? Math.rint(value / unit) * unit : value;
    }

    private double[] rounded(Doubles values, Tensor tensor) {
        double[] all = values.get(tensor);
        for (int i = 0; i < all.length; i++) {
            all[i] = rounded(all[i]);
        }
        return all;
    }

    private double[] forward(Tensor xs, Tensor weights, Tensor biases, Doubles values) {
        double[] x = rounded(values, xs);
        double[] weight = rounded(values, weights);
        double[] bias = biases == null ? null : values.get(biases);
        int K = xs.columns();
        int O = weights.rows();
        double[] out = new double[xs.rows() * O];
        for (int i = 0; i < out.length; i++) {
            double sum = bias == null ? 0 : bias[i % O];
            for (int k = 0; k < K; k++) {
                sum += x[i / O * K + k] * weight[i % O * K + k];
            }
            out[i] = sum;
        }
        return out;
    }

    private void forwardActivation(MatMul.ForwardActivation a, Doubles values) {
        double[] out = forward(a.x(), a.weight(), a.bias(), values);
        if (a.pre() != null) {
            values.set(a.pre(), out);
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = PointwiseActivationLoop.value((float) out[i], a.kind().code());
        }
        values.set(a.out(), out);
    }

    private void forwardResidual(MatMul.ForwardResidual a, Doubles values) {
        double[] residual = values.get(a.residual());
        double[] out = forward(a.x(), a.weight(), a.bias(), values);
        Dropout dropout = values.dropout(a.dropout());
        int O = a.out().columns();
        for (int i = 0; i < out.length; i++) {
            out[i] = residual[i]
                    + out[i]
                            * Philox.mask(
                                    dropout.counters(null),
                                    dropout.site(),
                                    i / O,
                                    i % O,
                                    dropout.threshold(),
                                    dropout.scale());
        }
        values.set(a.out(), out);
    }

    private double[] backwardInput(Tensor douts, Tensor weights, Doubles values) {
        double[] dout = rounded(values, douts);
        double[] weight = rounded(values, weights);
        int K = weights.columns();
        int O = weights.rows();
        double[] dx = new double[douts.rows() * K];
        for (int i = 0; i < dx.length; i++) {
            for (int o = 0; o < O; o++) {
                dx[i] += dout[i / K * O + o] * weight[o * K + i % K];
            }
        }
        return dx;
    }

    private void backwardInputActivation(MatMul.BackwardInputActivation a, Doubles values) {
        double[] dx = backwardInput(a.dout(), a.weight(), values);
        double[] saved = values.get(a.saved());
        for (int i = 0; i < dx.length; i++) {
            dx[i] *= PointwiseActivationLoop.derivative(
                    (float) saved[i], a.kind().code());
        }
        values.set(a.dx(), dx);
    }

    private void backwardWeight(MatMul.BackwardWeight a, Doubles values) {
        double[] dout = rounded(values, a.dout());
        double[] x = rounded(values, a.x());
        double[] biasTerms = biasToo ? dout : values.get(a.dout());
        int K = a.x().columns();
        int O = a.dout().columns();
        double[] dweight = new double[a.dweight().size()];
        double[] dbias = new double[O];
        for (int n = 0; n < a.x().rows(); n++) {
            for (int o = 0; o < O; o++) {
                dbias[o] += biasTerms[n * O + o];
                for (int k = 0; k < K; k++) {
                    dweight[o * K + k] += dout[n * O + o] * x[n * K + k];
                }
            }
        }
        values.add(a.dweight(), dweight);
        if (a.dbias() != null) {
            values.add(a.dbias(), dbias);
        }
    }
}
