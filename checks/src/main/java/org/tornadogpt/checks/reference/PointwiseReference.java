package org.tornadogpt.checks.reference;

import java.util.Arrays;
import org.tornadogpt.checks.oracle.ActivationOracle;
import org.tornadogpt.checks.oracle.ReferenceMask;
import org.tornadogpt.checks.oracle.SwiGluOracle;
import org.tornadogpt.kernels.cases.Doubles;
import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.kernels.ops.activation.PointwiseActivation;
import org.tornadogpt.kernels.ops.elementwise.Elementwise;
import org.tornadogpt.kernels.ops.residual.Residual;
import org.tornadogpt.kernels.ops.swiglu.SwiGlu;

/** What is done element by element. */
final class PointwiseReference {
    private PointwiseReference() {}

    static void forward(PointwiseActivation.Forward a, Doubles values) {
        values.set(a.out(), ActivationOracle.values(a.kind(), values.get(a.x())));
    }

    static void backward(PointwiseActivation.Backward a, Doubles values) {
        values.set(a.dx(), ActivationOracle.backward(a.kind(), values.get(a.dout()), values.get(a.saved())));
    }

    static void forward(SwiGlu.Forward a, Doubles values) {
        values.set(a.out(), new SwiGluOracle(a.out().rows(), a.out().columns(), values.get(a.x())).out());
    }

    static void backward(SwiGlu.Backward a, Doubles values) {
        values.set(
                a.dx(),
                new SwiGluOracle(a.dout().rows(), a.dout().columns(), values.get(a.x())).dx(values.get(a.dout())));
    }

    static void forward(Residual.Forward a, Doubles values) {
        double[] out = masked(values.dropout(a.dropout()), a.branch(), values);
        double[] residual = values.get(a.residual());
        for (int i = 0; i < out.length; i++) {
            out[i] += residual[i];
        }
        values.set(a.out(), out);
    }

    static void backward(Residual.Backward a, Doubles values) {
        values.set(a.dbranch(), masked(values.dropout(a.dropout()), a.dout(), values));
    }

    private static double[] masked(Dropout dropout, Tensor tensor, Doubles values) {
        double[] masked = values.get(tensor);
        int C = tensor.columns();
        for (int i = 0; i < masked.length; i++) {
            masked[i] *= ReferenceMask.factor(dropout, i / C, i % C);
        }
        return masked;
    }

    static void fill(Elementwise.Fill a, Doubles values) {
        double[] out = new double[a.out().size()];
        Arrays.fill(out, a.value());
        values.set(a.out(), out);
    }

    static void copy(Elementwise.Copy a, Doubles values) {
        values.set(a.out(), values.get(a.x()));
    }

    static void add(Elementwise.Add a, Doubles values) {
        double[] sum = values.get(a.a());
        double[] b = values.get(a.b());
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        values.set(a.out(), sum);
    }

    static void combine(Elementwise.Combine a, Doubles values) {
        double[] out = values.get(a.x());
        double[] y = values.get(a.y());
        double[] factors = values.get(a.factors());
        for (int i = 0; i < out.length; i++) {
            out[i] = factors[0] * out[i] + factors[1] * y[i];
        }
        values.set(a.out(), out);
    }

    static void divide(Elementwise.Divide a, Doubles values) {
        double[] out = values.get(a.x());
        double by = values.get(a.divisor())[0] + a.epsilon();
        for (int i = 0; i < out.length; i++) {
            out[i] /= by;
        }
        values.set(a.out(), out);
    }
}
