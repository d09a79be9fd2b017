package org.tornadogpt.kernels.kernel;

import java.util.Optional;
import java.util.Set;
import org.tornadogpt.kernels.memory.DType;

/**
 * One way to compute an operation. Variants are found through {@link java.util.ServiceLoader} under this type: to add
 * one, write a class that implements the operation's interface (say {@code MatMul}) and name it in {@code
 * META-INF/services/org.tornadogpt.kernels.kernel.Variant}. Conformance tests, benchmarks and {@code --kernel} find it
 * there.
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

    /** {@link #preference} of a variant that runs only where it is named. */
    int ONLY_IF_NAMED = 0;

    /** {@link #preference} of a variant that is the default where nothing better runs. */
    int REFERENCE = 1;

    /** {@link #preference} of a variant that is the default wherever it runs. */
    int PREFERRED = 2;

    /** The operation's name as used by {@code --kernel operation=variant}, for example {@code matmul}. */
    String operation();

    /** The variant's name, after its mechanism, for example {@code naive}. */
    String name();

    Style style();

    /** How it computes, in a phrase of at most 30 letters: what {@code tgpt kernels} shows. */
    String mechanism();

    /** How it computes, in a paragraph: what {@code tgpt kernels show} adds. */
    String description();

    /** The sizes that it takes: head sizes, multiples, the largest array. */
    default String limits() {
        return "any sizes";
    }

    /** How far a result may be from the exact one; by default what every variant is held to. */
    default String errorBound() {
        return "a sum of n terms of size 1: (4 n + 64) 2^-24, and 64 * 2^-24 relative to the result";
    }

    /**
     * How much this variant should be a device's default. The variant with the highest number is; two with the same
     * number are an error, so a new variant leaves this as it is until it has been measured.
     */
    default int preference(DeviceTraits device) {
        return ONLY_IF_NAMED;
    }

    /** The types in which it takes weights of forward passes; everything else is float32. */
    default Set<DType> weightTypes() {
        return Set.of(DType.F32);
    }

    /** Why this variant cannot run on a device; empty if it can. */
    default Optional<String> obstacle(DeviceTraits device) {
        return device.runs(style()) ? Optional.empty() : Optional.of("it is written in the " + style() + " style");
    }
}
