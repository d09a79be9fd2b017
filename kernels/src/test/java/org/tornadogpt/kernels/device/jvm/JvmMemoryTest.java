package org.tornadogpt.kernels.device.jvm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.DeviceException;

class JvmMemoryTest {
    @Test
    void whatTheMachineCannotHoldIsRefusedBeforeItIsTaken() {
        try (Device device = new SequentialDevice()) {
            device.checkFits(1 << 20, 1 << 20, 1 << 20);
            assertThatThrownBy(() -> device.checkFits(1 << 20, 1L << 50, 1 << 20))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageMatching(
                            "1,073,741,825 MiB of memory are needed, 1,073,741,824 of them for activations, and"
                                    + " there are [0-9,]+, of which the heap has [0-9,]+: use a smaller model, or a smaller batch or block");
            long memory = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getTotalMemorySize();
            assertThatThrownBy(() -> device.checkFits(memory / 2, memory, 1 << 20))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageMatching(".*: use at most 4[5-7] % of this batch");
        }
    }
}
