package org.tornadogpt.kernels.device.jvm;

import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.VectorModule;

/** All cores and the Vector API. Results do not depend on the number of threads. */
public final class CpuDevice extends JvmDevice {
    /** What variants may know of it. */
    public static final DeviceTraits TRAITS =
            new DeviceTraits("cpu", Set.of(Variant.Style.LOOP, Variant.Style.VECTOR), false);

    /**
     * With {@code threads} worker threads, the caller's included. The first device of a JVM tells its compiler what to
     * inline, where no option did, and begins to warm up its largest kernel.
     *
     * @throws IllegalArgumentException if this JVM was started without the Vector API
     */
    public CpuDevice(int threads) {
        super(threads, null, prepared(threads));
    }

    private static JitWarmUp prepared(int threads) {
        if (!VectorModule.isThere()) {
            throw new IllegalArgumentException("the cpu device needs Java's Vector API: start java with "
                    + VectorModule.OPTION + ", or name the device sequential, which is slow");
        }
        InliningRules.install();
        return new JitWarmUp(threads);
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
