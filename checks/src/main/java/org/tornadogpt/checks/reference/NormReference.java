package org.tornadogpt.checks.reference;

import org.tornadogpt.checks.oracle.LayerNormOracle;
import org.tornadogpt.checks.oracle.RmsNormOracle;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.ops.layernorm.LayerNorm;
import org.tornadogpt.kernels.ops.rmsnorm.RmsNorm;

/** LayerNorm and RMSNorm. */
final class NormReference {
    private NormReference() {}

    private static LayerNormOracle oracle(LayerNorm.Forward a, Doubles values) {
        double[] bias = a.bias() == null ? null : values.get(a.bias());
        return new LayerNormOracle(
                a.x().rows(), a.x().columns(), a.epsilon(), values.get(a.x()), values.get(a.weight()), bias);
    }

    static void forward(LayerNorm.Forward a, Doubles values) {
        LayerNormOracle oracle = oracle(a, values);
        values.set(a.out(), oracle.out());
        values.set(a.statistics(), oracle.statistics());
    }

    static void backward(LayerNorm.Backward a, Doubles values) {
        LayerNormOracle oracle = oracle(a.forward(), values);
        double[] dout = values.get(a.dout());
        values.add(a.dx(), oracle.dx(dout));
        values.add(a.dweight(), oracle.dweight(dout));
        if (a.dbias() != null) {
            values.add(a.dbias(), oracle.dbias(dout));
        }
    }

    private static RmsNormOracle oracle(RmsNorm.Forward a, Doubles values) {
        return new RmsNormOracle(a.x().rows(), a.x().columns(), a.epsilon(), values.get(a.x()), values.get(a.weight()));
    }

    static void forward(RmsNorm.Forward a, Doubles values) {
        RmsNormOracle oracle = oracle(a, values);
        values.set(a.out(), oracle.out());
        values.set(a.rstd(), oracle.rstd());
    }

    static void backward(RmsNorm.Backward a, Doubles values) {
        RmsNormOracle oracle = oracle(a.forward(), values);
        double[] dout = values.get(a.dout());
        values.add(a.dx(), oracle.dx(dout));
        values.add(a.dweight(), oracle.dweight(dout));
    }
}
