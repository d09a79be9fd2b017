package org.tornadogpt.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.settings.UsageException;

class CurvesTest {
    @TempDir
    private Path folder;

    /** Evaluations after 10 and 20 steps and as many seconds. */
    private RunCurve run(String name, int seed, String kernel, double first, double second) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.write(run.resolve("config.yaml"), List.of("seed: " + seed, "kernel: " + kernel));
        Files.write(
                run.resolve("metrics.jsonl"),
                List.of("{\"step\":5,\"event\":\"step\",\"trainLoss\":9.0}", line(10, first), line(20, second)));
        return RunCurve.read(name, run);
    }

    private static String line(int step, double loss) {
        return "{\"step\":" + step + ",\"event\":\"eval\",\"trainLoss\":1.0,\"valLoss\":" + loss
                + ",\"elapsedSeconds\":" + step + ".0}";
    }

    @Test
    void differencesAreHeldAgainstTheNoiseFromSeedToSeed() throws IOException {
        RunCurve base = run("base", 1, "a", 3, 2);
        RunCurve seed = run("seed", 2, "a", 3.1, 2.1);
        RunCurve near = run("near", 1, "b", 3.05, 2.0);
        RunCurve far = run("far", 1, "c", 3.5, 2.5);
        Curves curves = new Curves(List.of(base, seed, near, far));
        assertThat(curves.noise().orElseThrow()).isCloseTo(0.1, within(1e-9));
        assertThat(curves.verdict(seed)).contains("0.1000", "only their seeds differ");
        assertThat(curves.verdict(near)).contains("the same curve within the noise from seed to seed, 0.1000");
        assertThat(curves.verdict(far)).contains("far is 0.5000 from base", "another curve");
        assertThat(new Curves(List.of(base, near)).verdict(near)).contains("give runs with several seeds");
    }

    @Test
    void tablesAreAtEqualStepsAndAtEqualTime() throws IOException {
        Curves curves = new Curves(List.of(run("one", 1, "a", 3, 2), run("two", 1, "b", 3.5, 2.25)));
        assertThat(curves.stepTable()).contains("| 20 | 2.0000 | 2.2500 | +0.2500 |");
        assertThat(curves.timeTable()).contains("| 14.0 | 2.6000 | 3.0000 | +0.4000 |", "| 4.0 | - | - | - |");
    }

    @Test
    void writesAPicture() throws IOException {
        Path png = folder.resolve("a.png");
        CurvesChart.write(new Curves(List.of(run("one", 1, "a", 3, 2))), "title", png);
        assertThat(Files.size(png)).isGreaterThan(1000);
    }

    @Test
    void aFolderThatIsNoRunIsRefused() {
        assertThatThrownBy(() -> RunCurve.read("x", folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is no run's folder");
    }
}
