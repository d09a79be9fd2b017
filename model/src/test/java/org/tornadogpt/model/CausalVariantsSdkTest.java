package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;

/** The same on TornadoVM's default device, against the sequential one. */
@Tag("sdk")
class CausalVariantsSdkTest {
    private static final float NEAR = 1e-3f;

    @Test
    void lossesDoNotDependOnTheVariant() {
        List<Float> expected;
        try (Device device = new SequentialDevice()) {
            expected = CausalTraining.losses(device, "materialized");
        }
        try (Device device = Devices.open("tornado", 0)) {
            List<String> variants = CausalTraining.variants(device);
            assertThat(variants).contains("flashtiled", "materialized");
            for (String variant : variants) {
                List<Float> losses = CausalTraining.losses(device, variant);
                for (int step = 0; step < losses.size(); step++) {
                    assertThat(losses.get(step))
                            .as(variant + ", step " + step)
                            .isCloseTo(expected.get(step), within(NEAR));
                }
            }
            assertThat(device.proof()).isPresent();
        }
    }
}
