package org.tornadogpt.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
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
        return measured(preset, "linear:2x3x4", variant, deviceNanos, micros, micros, micros);
    }

    /** A result of iterations of {@code micros} each. */
    private static Measured measured(String preset, String call, String variant, long deviceNanos, double... micros) {
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
        for (double each : micros) {
            IterationResult result = new IterationResult(params, iteration, null);
            result.addResult(new AverageTimeResult(
                    ResultRole.PRIMARY, "run", 1000, (long) (1_000_000 * each), TimeUnit.MICROSECONDS));
            result.addResult(new ScalarResult(DeviceTime.RESULT, deviceNanos, "#", AggregationPolicy.SUM));
            iterations.add(result);
        }
        RunResult result = new RunResult(params, List.of(new BenchmarkResult(params, iterations)));
        return new Measured(new BenchCase(preset, "matmul", call, variant, new Cost(4_000_000, 2_000_000)), result);
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

    @Test
    void anIntervalWiderThanTheTimeIsNotMeasuredWell() throws IOException {
        Measured good = measured("quote", "a", "blocked", 0, 40, 41, 40.5);
        Measured bad = measured("quote", "a", "naive", 0, 10, 39, 20);
        assertThat(good.isMeasuredWell()).isTrue();
        assertThat(bad.isMeasuredWell()).isFalse();
        assertThat(measured("quote", "a", "one", 0, 40).isMeasuredWell()).isTrue();
        assertThat(ChartPanel.value(good)).isEqualTo("40.5 ± 9.12 µs");
        assertThat(ChartPanel.value(measured("quote", "a", "one", 0, 4000))).isEqualTo("4.00 ms");
        assertThat(ResultTable.markdown(Map.of(), List.of(bad, good)))
                .contains("| blocked | 40.5 | 9.1 | 98.77 | 49.38 | 1.00 |")
                .containsPattern("\\| naive \\| 23\\.0 \\| [0-9.]+ \\| .* \\| not measured well \\|");
        Path file = folder.resolve("chart.png");
        ResultChart.write(List.of(bad), file);
        assertThat(bars(file)).as("coloured pixels").isZero();
        ResultChart.write(List.of(bad, good), file);
        assertThat(bars(file)).as("coloured pixels").isGreaterThan(1000);
    }

    @Test
    void longerTimesHaveLongerBars() throws IOException {
        Path file = folder.resolve("chart.png");
        ResultChart.write(List.of(measured("quote", "a", 40), measured("quote", "b", 50)), file);
        int near = bars(file);
        ResultChart.write(List.of(measured("quote", "a", 40), measured("quote", "b", 90)), file);
        assertThat(bars(file)).isNotEqualTo(near);
    }

    /** Pixels that are neither grey nor white. */
    private static int bars(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                count += Math.abs((rgb & 0xff) - (rgb >> 16 & 0xff)) > 40 ? 1 : 0;
            }
        }
        return count;
    }

    /** Writes a picture to look at: {@code -Dchart=FILE}. */
    @Test
    @EnabledIfSystemProperty(named = "chart", matches = ".+")
    void aPictureToLookAt() throws IOException {
        Random random = new Random(5);
        List<Measured> results = new ArrayList<>();
        for (String preset : List.of("quote", "kernel-cpu", "kernel-gpu")) {
            for (String call : List.of(
                    "linear:1024x384x1536:relu", "linearBackwardInput:1024x384x384", "linearBackwardWeight:95x384")) {
                double base = 30 * Math.pow(preset.length() - 4, 2);
                for (String variant : List.of("blocked", "naive", "few-rows")) {
                    double micros = base * (variant.equals("naive") ? 30 : 1 + random.nextDouble());
                    double noise = variant.equals("few-rows") ? 0.9 : 0.02;
                    double[] times = new double[5];
                    for (int i = 0; i < times.length; i++) {
                        times[i] = micros * (1 + noise * (random.nextDouble() - 0.5));
                    }
                    results.add(measured(preset, call, variant, 0, times));
                }
            }
        }
        ResultChart.write(results, Path.of(System.getProperty("chart")));
    }
}
