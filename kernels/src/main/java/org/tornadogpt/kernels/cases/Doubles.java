package org.tornadogpt.kernels.cases;

import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** The values of a case's tensors in double precision, while a {@link Reference} computes them. */
public interface Doubles {
    /** A copy of a tensor's values. */
    double[] get(Tensor tensor);

    /** Overwrites a tensor's values. */
    void set(Tensor tensor, double... values);

    /** A copy of a block of ints. */
    int[] ints(IntTensor tensor);

    /** The dropout to compute with: the given one, or none where a check asks what a kernel without it would give. */
    default Dropout dropout(Dropout given) {
        return given;
    }

    /** Adds to a tensor's values: what kernels do to parameters' gradients. */
    default void add(Tensor tensor, double... values) {
        double[] sums = get(tensor);
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
        set(tensor, sums);
    }
}
