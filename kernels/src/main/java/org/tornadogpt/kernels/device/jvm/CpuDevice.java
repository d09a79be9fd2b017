package org.tornadogpt.kernels.device.jvm;

import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;

/** All cores and the Vector API. Results do not depend on the number of threads. */
public final class CpuDevice extends JvmDevice {
    /** What variants may know of it. */
    public static final DeviceTraits TRAITS =
            new DeviceTraits("cpu", Set.of(Variant.Style.LOOP, Variant.Style.VECTOR), false);

    /** With {@code threads} worker threads, the caller's included. The first device of a JVM begins to warm up its largest kernel. */
    public CpuDevice(int threads) {
        super(threads, null, new JitWarmUp(threads));
    }

    @Override
    public DeviceTraits traits() {
        return TRAITS;
    }

    @Override
    public String description() {
        return threads() + (threads() == 1 ? " thread" : " threads") + ", Vector API";
    }
}
