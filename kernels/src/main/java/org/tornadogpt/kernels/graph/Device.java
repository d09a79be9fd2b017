package org.tornadogpt.kernels.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.memory.Buffers;
import org.tornadogpt.kernels.memory.DType;
import org.tornadogpt.kernels.memory.Slice;

/**
 * Something that can run recorded nodes. Its programs run one at a time: who calls while one runs waits for its end.
 * What goes into a program and comes out of it lies in memory of its workspace, which is its owner's to share out.
 */
public interface Device extends AutoCloseable {
    /** The name under which {@code --device} finds it, for example {@code cpu} or {@code tornado:0:0}. */
    default String id() {
        return traits().id();
    }

    /** One line for a person: what it is and how many threads or which card. */
    String description();

    /** Worker threads used on the JVM, 1 where that has no meaning. */
    int threads();

    /** What variants may know of it. */
    DeviceTraits traits();

    /** The types of numbers that its memory can hold. */
    default Set<DType> types() {
        return Set.of(DType.F32);
    }

    /**
     * Asked before a workspace allocates its activations.
     *
     * @param stateBytes of parameters, gradients and moments
     * @param activationBytes of activations and of what is kept from run to run
     * @param largestBytes of the largest array
     * @throws DeviceException if they will not fit; the message says what would
     */
    default void checkFits(long stateBytes, long activationBytes, long largestBytes) {
        // a device of which no limit is known
    }

    /**
     * Turns recorded programs into programs that run, by name. Called once per workspace, after every tensor has its
     * memory.
     */
    Map<String, Program> build(List<NodeList> programs, Buffers buffers);

    /** Brings values from the device into the host's array; nothing to do where they are the same. */
    void toHost(Slice slice);

    /** Makes the host's values known to the device. */
    void toDevice(Slice slice);

    /**
     * How it is known that what ran so far ran on this device and nowhere else; empty where there is no doubt of it.
     */
    default Optional<String> proof() {
        return Optional.empty();
    }

    @Override
    void close();
}
