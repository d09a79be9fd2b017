package org.tornadogpt.experiments;

import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.graph.OperationCall;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** Products of operands rounded to bfloat16, in double precision. */
final class Bf16Reference {
    /** Of a float's 24 significant bits, bfloat16 keeps 8. */
    private static final int BITS = 8;

    private Bf16Reference() {}

    static void compute(OperationCall call, Doubles values) {
        switch (call) {
            case MatMul.Forward a -> forward(a, values);
            case MatMul.BackwardInput a -> backwardInput(a, values);
            case MatMul.BackwardWeight a -> backwardWeight(a, values);
            default -> throw new IllegalArgumentException("no product: " + call);
        }
    }

    /** To 8 significant bits, to nearest, ties to even; all the numbers of checks are far from float's bounds. */
    private static double rounded(double value) {
        double unit = Math.scalb(1.0, Math.getExponent(value) - BITS + 1);
        return Double.isFinite(value) && value != 0 ? Math.rint(value / unit) * unit : value;
    }

    private static double[] rounded(Doubles values, Tensor tensor) {
        double[] all = values.get(tensor);
        for (int i = 0; i < all.length; i++) {
            all[i] = rounded(all[i]);
        }
        return all;
    }

    private static void forward(MatMul.Forward a, Doubles values) {
        double[] x = rounded(values, a.x());
        double[] weight = rounded(values, a.weight());
        double[] bias = a.bias() == null ? null : values.get(a.bias());
        int K = a.x().columns();
        int O = a.out().columns();
        double[] out = new double[a.out().size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = bias == null ? 0 : bias[i % O];
            for (int k = 0; k < K; k++) {
                out[i] += x[i / O * K + k] * weight[i % O * K + k];
            }
        }
        values.set(a.out(), out);
    }

    private static void backwardInput(MatMul.BackwardInput a, Doubles values) {
        double[] dout = rounded(values, a.dout());
        double[] weight = rounded(values, a.weight());
        int K = a.dx().columns();
        int O = a.dout().columns();
        double[] dx = new double[a.dx().size()];
        for (int i = 0; i < dx.length; i++) {
            for (int o = 0; o < O; o++) {
                dx[i] += dout[i / K * O + o] * weight[o * K + i % K];
            }
        }
        values.set(a.dx(), dx);
    }

    private static void backwardWeight(MatMul.BackwardWeight a, Doubles values) {
        double[] dout = rounded(values, a.dout());
        double[] x = rounded(values, a.x());
        int K = a.x().columns();
        int O = a.dout().columns();
        double[] dweight = new double[a.dweight().size()];
        double[] dbias = new double[O];
        for (int n = 0; n < a.x().rows(); n++) {
            for (int o = 0; o < O; o++) {
                dbias[o] += dout[n * O + o];
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
