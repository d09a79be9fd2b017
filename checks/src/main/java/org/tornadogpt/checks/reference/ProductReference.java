package org.tornadogpt.checks.reference;

import org.tornadogpt.checks.oracle.ActivationOracle;
import org.tornadogpt.checks.oracle.ReferenceMask;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.ops.matmul.MatMul;

/** The products of a linear layer; see {@link MatMul}. */
final class ProductReference {
    private ProductReference() {}

    static void forward(MatMul.Forward a, Doubles values) {
        double[] x = values.get(a.x());
        double[] weight = values.get(a.weight());
        double[] bias = a.bias() == null ? null : values.get(a.bias());
        int K = a.x().columns();
        int O = a.out().columns();
        double[] out = new double[a.out().size()];
        for (int i = 0; i < out.length; i++) {
            double sum = bias == null ? 0 : bias[i % O];
            for (int k = 0; k < K; k++) {
                sum += x[i / O * K + k] * weight[i % O * K + k];
            }
            out[i] = sum;
        }
        values.set(a.out(), out);
    }

    static void forwardActivation(MatMul.ForwardActivation a, Doubles values) {
        forward(new MatMul.Forward(a.pre() == null ? a.out() : a.pre(), a.x(), a.weight(), a.bias()), values);
        values.set(a.out(), ActivationOracle.values(a.kind(), values.get(a.pre() == null ? a.out() : a.pre())));
    }

    static void backwardInputActivation(MatMul.BackwardInputActivation a, Doubles values) {
        backwardInput(new MatMul.BackwardInput(a.dx(), a.dout(), a.weight()), values);
        values.set(a.dx(), ActivationOracle.backward(a.kind(), values.get(a.dx()), values.get(a.saved())));
    }

    static void forwardResidual(MatMul.ForwardResidual a, Doubles values) {
        double[] residual = values.get(a.residual());
        forward(new MatMul.Forward(a.out(), a.x(), a.weight(), a.bias()), values);
        double[] out = values.get(a.out());
        int O = a.out().columns();
        for (int i = 0; i < out.length; i++) {
            out[i] = residual[i] + out[i] * ReferenceMask.factor(values.dropout(a.dropout()), i / O, i % O);
        }
        values.set(a.out(), out);
    }

    static void backwardInput(MatMul.BackwardInput a, Doubles values) {
        double[] dout = values.get(a.dout());
        double[] weight = values.get(a.weight());
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

    static void backwardWeight(MatMul.BackwardWeight a, Doubles values) {
        double[] dout = values.get(a.dout());
        double[] x = values.get(a.x());
        int N = a.x().rows();
        int K = a.x().columns();
        int O = a.dout().columns();
        double[] dweight = new double[a.dweight().size()];
        double[] dbias = new double[O];
        for (int n = 0; n < N; n++) {
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
