package org.tornadogpt.bench.jmh;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The measured cases as Markdown, by operation; variants of one call stand together, the fastest first. */
final class ResultTable {
    private ResultTable() {}

    static String markdown(Map<String, String> environment, List<Measured> results) {
        StringBuilder text = new StringBuilder("# Operations, variant by variant\n\n");
        environment.forEach((key, value) ->
                text.append("- ").append(key).append(": ").append(value).append('\n'));
        text.append(
                        "\nTime of one call; ± is half the 99.9 % confidence interval. `of the fastest` compares variants.\n")
                .append("Where the interval is wider than the time, that was not measured well, and is not compared.\n")
                .append("GFLOP/s and GB/s count the call's arithmetic and its least memory traffic.\n");
        if (results.stream().anyMatch(r -> r.deviceMicros().isPresent())) {
            text.append(
                            "µs is from call to return, with launches and transfers; device µs is what kernels took by the ")
                    .append("device's own clock, and the GFLOP/s after it are theirs.\n");
        }
        for (String operation : results.stream()
                .map(r -> r.of().operation())
                .distinct()
                .sorted()
                .toList()) {
            append(
                    text,
                    operation,
                    results.stream()
                            .filter(r -> r.of().operation().equals(operation))
                            .toList());
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String operation, List<Measured> results) {
        text.append("\n## ").append(operation).append("\n\n");
        boolean device = results.stream().anyMatch(r -> r.deviceMicros().isPresent());
        text.append("| preset | call | variant | µs | ± | GFLOP/s | GB/s | of the fastest |")
                .append(device ? " device µs | GFLOP/s |\n" : "\n")
                .append("|---|---|---|--:|--:|--:|--:|--:|")
                .append(device ? "--:|--:|\n" : "\n");
        for (Measured first : results) {
            List<Measured> rivals = results.stream()
                    .filter(r -> isRival(first, r))
                    .sorted((a, b) -> Double.compare(a.micros(), b.micros()))
                    .toList();
            if (first.equals(firstOf(results, first))) {
                double fastest = rivals.stream()
                        .filter(Measured::isMeasuredWell)
                        .mapToDouble(Measured::micros)
                        .min()
                        .orElse(Double.NaN);
                rivals.forEach(r -> append(text, r, fastest));
            }
        }
    }

    private static boolean isRival(Measured a, Measured b) {
        return a.of().preset().equals(b.of().preset()) && a.of().call().equals(b.of().call());
    }

    private static Measured firstOf(List<Measured> results, Measured like) {
        return results.stream().filter(r -> isRival(like, r)).findFirst().orElseThrow();
    }

    private static void append(StringBuilder text, Measured r, double fastest) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | `%s` | %s | %.1f | %s | %.2f | %.2f | %s |",
                r.of().preset(),
                r.of().call(),
                r.of().variant(),
                r.micros(),
                Double.isNaN(r.errorMicros()) ? "-" : String.format(Locale.ROOT, "%.1f", r.errorMicros()),
                r.gflops(),
                r.gigabytesPerSecond(),
                r.isMeasuredWell() ? String.format(Locale.ROOT, "%.2f", fastest / r.micros()) : "not measured well"));
        r.deviceMicros()
                .ifPresent(micros -> text.append(String.format(
                        Locale.ROOT, " %.1f | %.2f |", micros, r.of().cost().flops() / micros / 1e3)));
        text.append('\n');
    }
}
