package org.tornadogpt.kernels.device.jvm;

import java.util.Set;
import org.tornadogpt.kernels.kernel.DeviceTraits;
import org.tornadogpt.kernels.kernel.Variant;

/** The kernels' own Java methods, one thread, in order: slow, obvious, always right. */
public final class SequentialDevice extends JvmDevice {
    /** What variants may know of it. */
    public static final DeviceTraits TRAITS = new DeviceTraits("sequential", Set.of(Variant.Style.LOOP), false);

    public SequentialDevice() {
        super(1, null, null);
    }

    @Override
    public DeviceTraits traits() {
        return TRAITS;
    }

    @Override
    public String description() {
        return "plain Java loops, 1 thread";
    }
}
