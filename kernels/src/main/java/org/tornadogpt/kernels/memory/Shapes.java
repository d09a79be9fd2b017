package org.tornadogpt.kernels.memory;

/**
 * Checks of tensors' shapes and types: what does not fit is refused with a message that names the operation and both
 * tensors.
 */
public final class Shapes {
    private Shapes() {}

    /**
     * Refuses tensors of different shapes.
     *
     * @throws IllegalArgumentException if they differ
     */
    public static void same(String operation, Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            throw new IllegalArgumentException(operation + ": shapes differ: " + a + " and " + b);
        }
    }

    /**
     * Refuses {@code a}, which does not fit {@code b}.
     *
     * @throws IllegalArgumentException unless {@code fits}
     */
    public static void check(boolean fits, String operation, String aName, Object a, String bName, Object b) {
        if (!fits) {
            throw new IllegalArgumentException(operation + ": " + aName + " " + a + " does not fit " + bName + " " + b);
        }
    }

    /**
     * Refuses tensors of other types than float32; null for one that is not there.
     *
     * @throws IllegalArgumentException if one is
     */
    public static void floats(String operation, Tensor... tensors) {
        for (Tensor tensor : Tensor.present(tensors)) {
            if (tensor.type() != DType.F32) {
                throw new IllegalArgumentException(
                        operation + ": " + tensor + " is " + tensor.type() + ", where only f32 is taken");
            }
        }
    }
}
