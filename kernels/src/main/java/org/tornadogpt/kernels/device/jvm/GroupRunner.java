package org.tornadogpt.kernels.device.jvm;

import org.tornadogpt.kernels.kernel.Call;
import org.tornadogpt.kernels.kernel.WorkGroups;

/**
 * Runs a kernel written for work-groups. No device for users has one on the JVM: the emulator of the module {@code
 * checks} does.
 */
@FunctionalInterface
public interface GroupRunner {
    void run(Call call, WorkGroups groups);

    /** See {@link org.tornadogpt.kernels.kernel.KernelSink#prefersSharedKernels}. */
    default boolean prefersSharedKernels() {
        return false;
    }
}
