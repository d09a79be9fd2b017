package org.tornadogpt.kernels.cases;

import org.tornadogpt.kernels.kernel.random.Dropout;
import org.tornadogpt.kernels.memory.IntTensor;
import org.tornadogpt.kernels.memory.Tensor;

/** Tensors for a {@link KernelCase}: inputs depend on the order in which they are asked for only. */
public interface CaseTensors {
    /** A parameter or moment with normal values. */
    Tensor parameter(String name, int... shape);

    /** A state tensor with the same value everywhere. */
    Tensor constant(String name, float value, int... shape);

    /** An activation with normal values. */
    Tensor activation(String name, int... shape);

    /** An activation that the case overwrites: NaN until then. */
    Tensor unset(String name, int... shape);

    /** Ints below {@code bound}. */
    IntTensor below(String name, int bound, int size);

    /** Ints with these values. */
    IntTensor ints(String name, int... values);

    /** Floats that the host sets. */
    Tensor input(String name, float... values);

    /** Dropout with counters of its own. */
    Dropout dropout(float probability);

    /** Makes an activation's values a result that is compared. */
    void result(Tensor activation);

    /** Makes a state tensor's values a result that is compared. */
    void resultState(Tensor tensor);

    /** One float that the host reads, compared as a result. */
    Tensor output(String name);
}
