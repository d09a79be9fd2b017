package org.tornadogpt.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/** Races on TornadoVM's default device, and the SDK's own matrix product. */
@Tag("sdk")
class RaceSdkTest {
    private static final Race.Pace SHORT = new Race.Pace(1, 1);

    @ParameterizedTest
    @CsvSource({"attention, 2x2x19x16", "matmul, 37x29x43"})
    void variantsAreRightAndTimed(String operation, String shape) {
        try (Device device = Devices.open("tornado", 0)) {
            Variant base = Variants.find(
                    operation, new KernelChoices(device, Map.of()).names().get(operation));
            Race race = new Race(device, base, 0, SHORT);
            for (Variant variant : Variants.all()) {
                if (variant.operation().equals(operation)
                        && variant.obstacle(device.traits()).isEmpty()) {
                    Lap lap =
                            race.lap(variant, RaceShape.parse(operation, shape).get(0));
                    assertThat(lap.timed())
                            .as(variant.name() + ": " + lap.note())
                            .isTrue();
                }
            }
            assertThat(device.proof()).isPresent();
        }
    }

    @Test
    void theSdksProductIsThatOfDoublePrecision() throws MatricesPeer.Missing {
        float[] out =
                MatricesPeer.find().product(new float[] {1, 2, 3, 4, 5, 6}, new float[] {1, -1, 2, -2, 3, -3}, 2, 3, 2);
        assertThat(out).containsExactly(14, -14, 32, -32);
        RaceReport report = new RaceReport("matmul", "cpu", "blocked", List.of());
        Lap lap = MatricesPeer.laps(report, "19x23x29").get(0);
        assertThat(lap.timed()).as(lap.note()).isTrue();
    }
}
