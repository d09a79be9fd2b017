package org.tornadogpt.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.kernels.device.jvm.CpuDevice;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.settings.UsageException;

class RaceTest {
    private static final Race.Pace SHORT = new Race.Pace(1, 1);

    @TempDir
    private Path folder;

    @Test
    void variantsAreTimedInTurnAndReported() throws IOException {
        Variant naive = Variants.find("matmul", "naive");
        RaceShape shape = RaceShape.parse("matmul", "9x17x5").get(0);
        try (Device device = new SequentialDevice()) {
            Lap lap = new Race(device, naive, 10, SHORT).lap(naive, shape);
            assertThat(lap.millis()).isPositive();
            assertThat(lap.low()).isLessThanOrEqualTo(lap.ratio());
            assertThat(lap.high()).isGreaterThanOrEqualTo(lap.ratio());
            assertThat(lap.gflops()).isPositive();
            RaceReport report = new RaceReport("matmul", "sequential", "naive", List.of(lap));
            report.write(folder);
            assertThat(report.table())
                    .hasSize(3)
                    .anyMatch(line -> line.startsWith("| 9x17x5 | naive | ") && line.contains("itself"));
        }
        assertThat(Files.readString(folder.resolve("report.md"))).contains("# Race of matmul", "naive");
        assertThat(Files.readString(folder.resolve("race.json"))).contains("\"base\" : \"naive\"");
        assertThat(Files.size(folder.resolve("race.png"))).isGreaterThan(1000);
    }

    @Test
    void whatIsClearlySlowerIsGivenUp() {
        Variant naive = Variants.find("matmul", "naive");
        RaceShape shape = RaceShape.parse("matmul", "9x17x5").get(0);
        try (Device device = new SequentialDevice()) {
            Lap lap = new Race(device, naive, 0, SHORT).lap(naive, shape, 1e6);
            assertThat(lap.timed()).isFalse();
            assertThat(lap.note()).startsWith("given up at a ratio of ");
        }
    }

    @Test
    void aRatioAboveTwoIsMeasuredAgain() {
        Variant naive = Variants.find("matmul", "naive");
        RaceShape shape = RaceShape.parse("matmul", "192x192x192").get(0);
        try (Device device = new CpuDevice(2)) {
            Lap lap = new Race(device, naive, 0, new Race.Pace(20, 100)).lap(Variants.find("matmul", "blocked"), shape);
            assertThat(lap.ratio()).isGreaterThan(2);
            assertThat(lap.note()).containsPattern("on other data");
        }
    }

    @Test
    void whatStandsBesideARaceSaysWhyItIsNotThere() {
        RaceReport report = new RaceReport("matmul", "sequential", "naive", List.of());
        assertThat(MatricesPeer.laps(report, "9x17x5").get(0).note())
                .isEqualTo("not timed: this JVM was started without a TornadoVM SDK (--device tornado)");
        try (Device device = new SequentialDevice()) {
            assertThat(new TorchPeer("no-such-python", device)
                            .laps(report, "9x17x5")
                            .get(0)
                            .note())
                    .startsWith("not timed: ")
                    .contains("no-such-python");
        }
    }

    @Test
    void speedIsToldAsPeopleSayIt() {
        assertThat(lap(1.5, 1.4, 1.6, true).speed()).isEqualTo("1.50 times as fast (1.40 to 1.60)");
        assertThat(lap(0.25, 0.2, 0.5, true).speed()).isEqualTo("takes 4.0 times as long (2.0 to 5.0)");
        assertThat(lap(1.02, 0.9, 1.1, false).speed()).isEqualTo("not significant (0.90 to 1.10)");
    }

    private static Lap lap(double ratio, double low, double high, boolean significant) {
        return new Lap("v", List.of(1), 1, "", 1.0, 1.0, null, 1L, ratio, low, high, significant);
    }

    @Test
    void whatWouldTakeTooLongAndWhatIsRefusedIsSaid() {
        RaceReport report = new RaceReport(
                "attention",
                "cpu",
                "flash",
                List.of(Lap.untimed(
                        "mine", RaceShape.parse("attention", "1x1x8x4").get(0), "not timed: about 3 min")));
        assertThat(report.table()).contains("| 1x1x8x4 | mine | - | - | - | - | - | not timed: about 3 min |");
    }

    @Test
    void shapesComeFromAListOrAPreset() {
        assertThat(RaceShape.parse("attention", "preset:kernel-cpu")).hasToString("[16x4x128x32]");
        assertThat(RaceShape.parse("matmul", "preset:kernel-cpu")).hasToString("[2048x128x384]");
        assertThat(RaceShape.parse("attention", null)).hasSizeGreaterThan(2);
        assertThatThrownBy(() -> RaceShape.parse("rotary", null))
                .isInstanceOf(UsageException.class)
                .hasMessage("no race of rotary; there are attention, matmul");
    }
}
