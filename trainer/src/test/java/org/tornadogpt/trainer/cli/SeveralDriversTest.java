package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.tornado.DeviceInfo;

class SeveralDriversTest {
    private static DeviceInfo device(String id, String name, String type, String backend) {
        return new DeviceInfo(id, name, type, backend, "", 1, 1, 1, 1, null, null);
    }

    @Test
    void aGpuUnderTwoDriversIsToBeTimedUnderBoth() {
        List<DeviceInfo> devices = List.of(
                device("tornado:0:0", "H100", "GPU", "CUDA"),
                device("tornado:1:0", "H100", "GPU", "PTX"),
                device("tornado:2:0", "pocl", "CPU", "OPENCL"));
        assertThat(DevicesCommand.severalDrivers(devices))
                .singleElement()
                .asString()
                .contains("H100 is there under several drivers", "--device tornado:0:0 (CUDA)", "tornado:1:0 (PTX)");
    }

    @Test
    void twoEqualGpusUnderOneDriverNeedNoChoice() {
        assertThat(DevicesCommand.severalDrivers(List.of(
                        device("tornado:0:0", "H100", "GPU", "CUDA"), device("tornado:0:1", "H100", "GPU", "CUDA"))))
                .isEmpty();
    }
}
