package org.tornadogpt.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;
import org.tornadogpt.kernels.graph.Node.Cost;

class ResultFilesTest {
    @TempDir
    private Path folder;

    /** A result as JMH makes it, of {@code micros} for each call. */
    private static Measured measured(String preset, String variant, double micros) {
        return measured(preset, variant, micros, 0);
    }

    private static Measured measured(String preset, String variant, double micros, long deviceNanos) {
        IterationParams iteration = new IterationParams(IterationType.MEASUREMENT, 3, TimeValue.seconds(1), 1);
        BenchmarkParams params = new BenchmarkParams(
                "CallBenchmark.run",
                "CallBenchmark.run",
                false,
                1,
                new int[] {1},
                List.of(),
                1,
                0,
                iteration,
                iteration,
                Mode.AverageTime,
                new WorkloadParams(),
                TimeUnit.MICROSECONDS,
                1,
                "java",
                List.of(),
                "25",
                "VM",
                "25",
                "1.37",
                TimeValue.seconds(10));
        List<IterationResult> iterations = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            IterationResult result = new IterationResult(params, iteration, null);
            result.addResult(new AverageTimeResult(
                    ResultRole.PRIMARY, "run", 1000, (long) (1_000_000 * micros), TimeUnit.MICROSECONDS));
            result.addResult(new ScalarResult(DeviceTime.RESULT, deviceNanos, "#", AggregationPolicy.SUM));
            iterations.add(result);
        }
        RunResult result = new RunResult(params, List.of(new BenchmarkResult(params, iterations)));
        return new Measured(
                new BenchCase(preset, "matmul", "linear:2x3x4", variant, new Cost(4_000_000, 2_000_000)), result);
    }

    @Test
    void jsonHoldsJmhsResultsTheRatesAndTheMachine() throws IOException {
        new ResultFiles(folder, "r").write(Map.of("commit", "abc"), List.of(measured("quote", "blocked", 40)));
        JsonNode root = new ObjectMapper().readTree(folder.resolve("r.json").toFile());
        assertThat(root.get("commit").asText()).isEqualTo("abc");
        JsonNode first = root.get("benchmarks").get(0);
        assertThat(first.get("primaryMetric").get("score").asDouble()).isEqualTo(40);
        assertThat(first.get("secondaryMetrics").get("gflops").get("score").asDouble())
                .isEqualTo(100);
        assertThat(first.get("secondaryMetrics")
                        .get("gigabytesPerSecond")
                        .get("score")
                        .asDouble())
                .isEqualTo(50);
    }

    @Test
    void aDevicesOwnTimeStandsBesideTheWholeTime() throws IOException {
        Measured onDevice = measured("quote", "naive", 40, 10_000);
        assertThat(onDevice.deviceMicros()).hasValue(10);
        assertThat(measured("quote", "naive", 40).deviceMicros()).isEmpty();
        assertThat(ResultTable.markdown(Map.of(), List.of(onDevice)))
                .contains("| quote | `linear:2x3x4` | naive | 40.0 | 0.0 | 100.00 | 50.00 | 1.00 | 10.0 | 400.00 |");
        new ResultFiles(folder, "d").write(Map.of(), List.of(onDevice));
        JsonNode root = new ObjectMapper().readTree(folder.resolve("d.json").toFile());
        JsonNode secondary = root.get("benchmarks").get(0).get("secondaryMetrics");
        assertThat(secondary.get("deviceMicros").get("score").asDouble()).isEqualTo(10);
        assertThat(secondary.has(DeviceTime.RESULT)).isFalse();
    }

    @Test
    void theTablePutsRivalsTogetherTheFastestFirst() throws IOException {
        List<Measured> results = List.of(
                measured("quote", "naive", 400),
                measured("kernel-cpu", "naive", 900),
                measured("quote", "blocked", 40));
        String table = ResultTable.markdown(Map.of(), results);
        assertThat(table.lines().filter(line -> line.startsWith("| quote") || line.startsWith("| kernel")))
                .containsExactly(
                        "| quote | `linear:2x3x4` | blocked | 40.0 | 0.0 | 100.00 | 50.00 | 1.00 |",
                        "| quote | `linear:2x3x4` | naive | 400.0 | 0.0 | 10.00 | 5.00 | 0.10 |",
                        "| kernel-cpu | `linear:2x3x4` | naive | 900.0 | 0.0 | 4.44 | 2.22 | 1.00 |");
    }

    @Test
    void theChartIsAPictureEvenWhereAVariantIsMissing() throws IOException {
        List<Measured> results = List.of(
                measured("quote", "naive", 400), measured("quote", "blocked", 0.4), measured("kernel-cpu", "naive", 9));
        Path file = folder.resolve("chart.png");
        ResultChart.write(results, file);
        assertThat(Files.size(file)).isGreaterThan(1000);
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(2 * 560);
    }
}
