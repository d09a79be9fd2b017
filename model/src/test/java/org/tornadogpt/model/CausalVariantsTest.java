package org.tornadogpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.graph.Device;

/** Whichever variant computes causal attention, training is the same. */
@Tag("slow")
class CausalVariantsTest {
    private static final float NEAR = 1e-3f;

    @Test
    void lossesDoNotDependOnTheVariant() {
        try (Device device = new CpuDevice(2)) {
            List<String> variants = CausalTraining.variants(device);
            assertThat(variants).contains("flash", "materialized");
            List<Float> expected = CausalTraining.losses(device, "materialized");
            assertThat(expected.get(CausalTraining.STEPS - 1)).as("it learns").isLessThan(expected.get(0) / 1.5f);
            for (String variant : variants) {
                List<Float> losses = CausalTraining.losses(device, variant);
                for (int step = 0; step < losses.size(); step++) {
                    assertThat(losses.get(step))
                            .as(variant + ", step " + step)
                            .isCloseTo(expected.get(step), within(NEAR));
                }
            }
        }
    }
}
