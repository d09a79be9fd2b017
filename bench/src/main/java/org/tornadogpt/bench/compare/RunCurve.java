package org.tornadogpt.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * The validation losses of a run.
 *
 * @param name for a legend
 * @param settings the run's settings but for its seed: runs with the same ones differ by chance only
 * @param byStep losses by the number of updates
 * @param byTime losses by seconds
 */
public record RunCurve(
        String name, String settings, NavigableMap<Long, Double> byStep, NavigableMap<Double, Double> byTime) {
    private static final String METRICS = "metrics.jsonl";
    private static final String CONFIG = "config.yaml";

    /**
     * Reads a run's folder.
     *
     * @throws UsageException if it is none, or nothing was evaluated in it
     */
    public static RunCurve read(String name, Path run) throws IOException {
        Path metrics = run.resolve(METRICS);
        if (!Files.exists(metrics)) {
            throw new UsageException(run + " is no run's folder: it has no " + METRICS);
        }
        NavigableMap<Long, Double> byStep = new TreeMap<>();
        NavigableMap<Double, Double> byTime = new TreeMap<>();
        for (Metric metric : MetricsFile.read(metrics)) {
            if (metric.isEvaluation() && metric.valLoss() != null) {
                byStep.put(metric.step(), metric.valLoss());
                byTime.put(metric.elapsedSeconds(), metric.valLoss());
            }
        }
        if (byStep.isEmpty()) {
            throw new UsageException(run + " has no evaluation yet");
        }
        return new RunCurve(name, settings(run.resolve(CONFIG)), byStep, byTime);
    }

    private static String settings(Path config) throws IOException {
        return Files.exists(config)
                ? Files.readAllLines(config).stream()
                        .filter(line -> !line.startsWith("seed:"))
                        .collect(Collectors.joining("\n"))
                : config.toString();
    }

    /**
     * The loss after so many seconds, between neighbours in proportion; empty before the first evaluation and after the
     * last.
     */
    Optional<Double> at(double seconds) {
        var below = byTime.floorEntry(seconds);
        var above = byTime.ceilingEntry(seconds);
        if (below == null || above == null) {
            return Optional.empty();
        }
        double span = above.getKey() - below.getKey();
        double share = span == 0 ? 0 : (seconds - below.getKey()) / span;
        return Optional.of(below.getValue() + share * (above.getValue() - below.getValue()));
    }

    /** Root of the mean square of the differences at equal steps; empty without such. */
    Optional<Double> distance(RunCurve other) {
        List<Double> squares = byStep.entrySet().stream()
                .filter(e -> e.getKey() > 0 && other.byStep.containsKey(e.getKey()))
                .map(e -> Math.pow(e.getValue() - other.byStep.get(e.getKey()), 2))
                .toList();
        return squares.isEmpty()
                ? Optional.empty()
                : Optional.of(Math.sqrt(squares.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow()));
    }
}
