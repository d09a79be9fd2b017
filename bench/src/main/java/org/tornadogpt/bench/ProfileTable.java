package org.tornadogpt.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.kernels.device.jvm.CeilingsVector;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.graph.Program.Timing;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Table;

/**
 * Time by operation against the roofline: an operation can take no less than its arithmetic at the fma ceiling or its
 * least memory traffic at the copy ceiling, whichever is more. Data that stays in the caches moves faster than the copy
 * ceiling, so more than 100 per cent is possible.
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

    void print(Io io, List<Timing> timings) {
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
        ceilings.ifPresent(c -> io.out()
                .printf(
                        Locale.ROOT,
                        "ceilings: %.0f GFLOP/s fma, %.1f GB/s copy%n",
                        c.gflops(),
                        c.gigabytesPerSecond()));
        Table table = new Table("brrrrrr").row("operation", "calls", "ms", "share", "GFLOP/s", "GB/s", "roof");
        for (Line line : bySize) {
            row(table, line, total.nanos);
        }
        row(table, total, total.nanos);
        table.print(io);
    }

    private void row(Table table, Line line, long total) {
        table.row(
                line.label,
                line.calls,
                number(3, line.nanos / 1e6),
                number(1, 100.0 * line.nanos / total) + "%",
                number(1, line.cost.flops() / (double) line.nanos),
                number(1, line.cost.bytes() / (double) line.nanos),
                ceilings.map(c -> roofline(line, c)).orElse("-"));
    }

    private static String number(int places, double value) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    private static String roofline(Line line, CeilingsVector ceilings) {
        double least =
                Math.max(line.cost.flops() / ceilings.gflops(), line.cost.bytes() / ceilings.gigabytesPerSecond());
        return String.format(Locale.ROOT, "%.0f%%", 100.0 * least / line.nanos);
    }
}
