package org.tornadogpt.kernels.ops.elementwise;

import java.util.List;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.memory.Tensor;

/** Filling, copying, adding, combining and dividing; in place, too. */
public final class ElementwiseCases implements KernelCases {
    @Override
    public String operation() {
        return Elementwise.OPERATION;
    }

    @Override
    public List<KernelCase> few() {
        return List.of(all(1501));
    }

    @Override
    public List<KernelCase> more() {
        return List.of(all(1), all(70_001));
    }

    private KernelCase all(int size) {
        return new KernelCase(operation(), "size " + size, 1, (recorder, t) -> {
            Tensor filled = t.parameter("filled", size);
            Elementwise.fill(recorder, new Elementwise.Fill(filled, 1.5f));
            t.resultState(filled);
            Tensor x = t.activation("x", size);
            Tensor copy = t.unset("copy", size);
            Elementwise.copy(recorder, new Elementwise.Copy(copy, x));
            t.result(copy);
            Tensor sum = t.unset("sum", size);
            Elementwise.add(recorder, new Elementwise.Add(sum, x, filled));
            Elementwise.add(recorder, new Elementwise.Add(sum, sum, copy));
            t.result(sum);
            Tensor factors = t.input("factors", 0.75f, -1.25f);
            Tensor combined = t.unset("combined", size);
            Elementwise.combine(recorder, new Elementwise.Combine(combined, x, sum, factors));
            Elementwise.combine(recorder, new Elementwise.Combine(combined, copy, combined, factors));
            t.result(combined);
            Tensor quotient = t.unset("quotient", size);
            Tensor divisor = t.constant("divisor", 3f, 1);
            Elementwise.divide(recorder, new Elementwise.Divide(quotient, combined, divisor, 0.125f));
            Elementwise.divide(recorder, new Elementwise.Divide(quotient, quotient, divisor, 0f));
            t.result(quotient);
        });
    }
}
