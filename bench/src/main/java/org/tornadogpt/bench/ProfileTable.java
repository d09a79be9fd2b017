package org.tornadogpt.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.kernels.device.jvm.CeilingsVector;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.graph.Program.Timing;

/**
 * Time by operation against the roofline: an operation can take no less than its arithmetic at the fma ceiling or its least
 * memory traffic at the copy ceiling, whichever is more. Data that stays in the caches moves faster than the copy ceiling, so more
 * than 100 per cent is possible.
 *
 * @param ceilings of the processor; empty for a device that they say nothing of
 */
record ProfileTable(Optional<CeilingsVector> ceilings) {
    private static final class Line {
        private final String label;
        private int calls;
        private long nanos;
        private Cost cost = new Cost(0, 0);

        Line(String label) {
            this.label = label;
        }

        void add(Timing timing) {
            calls++;
            nanos += timing.nanos();
            cost = cost.plus(timing.node().cost());
        }

        void add(Line other) {
            calls += other.calls;
            nanos += other.nanos;
            cost = cost.plus(other.cost);
        }
    }

    void print(PrintWriter out, List<Timing> timings) {
        Map<String, Line> lines = new LinkedHashMap<>();
        Line total = new Line("all");
        for (Timing timing : timings) {
            String label = timing.node().operation() + "." + timing.node().phase() + " ("
                    + timing.node().variant() + ")";
            lines.computeIfAbsent(label, Line::new).add(timing);
        }
        lines.values().forEach(total::add);
        List<Line> bySize = new ArrayList<>(lines.values());
        bySize.sort((a, b) -> Long.compare(b.nanos, a.nanos));
        ceilings.ifPresent(c -> out.printf(
                Locale.ROOT, "ceilings: %.0f GFLOP/s fma, %.1f GB/s copy%n", c.gflops(), c.gigabytesPerSecond()));
        out.printf(
                "%-48s %6s %10s %7s %9s %8s %9s%n", "operation", "calls", "ms", "share", "GFLOP/s", "GB/s", "roofline");
        for (Line line : bySize) {
            print(out, line, total.nanos);
        }
        print(out, total, total.nanos);
    }

    private void print(PrintWriter out, Line line, long total) {
        out.printf(
                Locale.ROOT,
                "%-48s %6d %10.3f %6.1f%% %9.1f %8.1f %9s%n",
                line.label,
                line.calls,
                line.nanos / 1e6,
                100.0 * line.nanos / total,
                line.cost.flops() / (double) line.nanos,
                line.cost.bytes() / (double) line.nanos,
                ceilings.map(c -> roofline(line, c)).orElse("-"));
    }

    private static String roofline(Line line, CeilingsVector ceilings) {
        double least =
                Math.max(line.cost.flops() / ceilings.gflops(), line.cost.bytes() / ceilings.gigabytesPerSecond());
        return String.format(Locale.ROOT, "%.0f%%", 100.0 * least / line.nanos);
    }
}
