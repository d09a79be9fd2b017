package org.tornadogpt.tensorcores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.device.tornado.DeviceInfo;
import org.tornadogpt.kernels.device.tornado.TornadoDevice;
import org.tornadogpt.kernels.device.tornado.TornadoRuntimes;
import org.tornadogpt.kernels.kernel.Variant;

/** On every device that can run them; see the {@code sdk} profile. */
@Tag("sdk")
class OnTensorCoresSdkTest {
    @Test
    void mmaKeepsTheContract() {
        check(new MatMulMma());
    }

    @Test
    void cublasKeepsTheContract() {
        check(new MatMulCuBlas());
    }

    private static void check(Variant variant) {
        List<DeviceInfo> devices = TornadoRuntimes.devices().stream()
                .filter(d -> variant.obstacle(TornadoDevice.traits(d.id(), d.isGpu(), d.abilities()))
                        .isEmpty())
                .toList();
        assumeTrue(!devices.isEmpty(), "no device here can run matmul=" + variant.name());
        for (DeviceInfo device : devices) {
            try (TornadoDevice opened = TornadoDevice.open(device.id())) {
                assertThat(VariantCheck.onDevice(variant, opened, progress -> {})
                                .findings())
                        .isEmpty();
            }
        }
    }
}
