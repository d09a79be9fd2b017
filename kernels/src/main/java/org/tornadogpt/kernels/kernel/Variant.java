package org.tornadogpt.kernels.kernel;

/**
 * One way to compute one operation. Variants are found by {@link java.util.ServiceLoader} under this type: to add one, write a
 * class that implements the operation's interface (say {@code MatMul}) and name it in
 * {@code META-INF/services/org.tornadogpt.kernels.kernel.Variant}. Conformance tests, benchmarks and {@code --kernel} find it there.
 */
public interface Variant {
    /** How a variant is written, which decides the devices that can run it. */
    enum Style {
        /** {@code @Parallel} loops in plain Java: every device; on the JVM devices they run on one thread. */
        LOOP,
        /** Work-groups, local memory and barriers through {@code KernelContext}: only a TornadoVM device. */
        GROUP,
        /** Vector API and worker threads: only the {@code cpu} device. */
        VECTOR
    }

    /** The operation's name as used by {@code --kernel operation=variant}, for example {@code matmul}. */
    String operation();

    /** The variant's name, after its mechanism, for example {@code naive}. */
    String name();

    Style style();
}
