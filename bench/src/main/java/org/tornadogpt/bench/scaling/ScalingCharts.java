package org.tornadogpt.bench.scaling;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.tornadogpt.trainer.plot.SeriesChart;

/** Loss against parameters, tokens and compute. */
final class ScalingCharts {
    private static final String LOSS = "best validation loss (nats per token)";

    private ScalingCharts() {}

    /** @param law null where none was fitted: then there is no line of the compute-optimal models */
    static void write(List<PointResult> points, LossLaw law, Path folder) throws IOException {
        grouped(
                        points,
                        PointResult::parameters,
                        "parameters",
                        PointResult::tokens,
                        d -> String.format(Locale.ROOT, "%,d tokens", d))
                .write(folder.resolve("parameters.png"));
        grouped(
                        points,
                        PointResult::tokens,
                        "tokens",
                        PointResult::parameters,
                        n -> String.format(Locale.ROOT, "%,d parameters", n))
                .write(folder.resolve("tokens.png"));
        SeriesChart compute = grouped(
                points,
                PointResult::compute,
                "compute, 6ND (operations)",
                PointResult::parameters,
                n -> String.format(Locale.ROOT, "%,d parameters", n));
        if (law != null) {
            optimum(points, law, compute);
        }
        compute.write(folder.resolve("compute.png"));
    }

    private static SeriesChart grouped(
            List<PointResult> points,
            ToDoubleFunction<PointResult> x,
            String xTitle,
            Function<PointResult, Long> group,
            Function<Long, String> name) {
        SeriesChart chart = new SeriesChart("Loss against " + xTitle, xTitle, LOSS).logarithmic(true, false);
        points.stream()
                .collect(Collectors.groupingBy(group, TreeMap::new, Collectors.toList()))
                .forEach((key, some) -> {
                    some.sort(Comparator.comparingDouble(x));
                    chart.add(
                            name.apply(key),
                            some.stream().map(x::applyAsDouble).toList(),
                            some.stream().map(PointResult::loss).toList(),
                            SeriesChart.Style.MARKED_LINE);
                });
        return chart;
    }

    private static void optimum(List<PointResult> points, LossLaw law, SeriesChart chart) {
        double low = points.stream().mapToDouble(PointResult::compute).min().orElseThrow();
        double high = points.stream().mapToDouble(PointResult::compute).max().orElseThrow();
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int i = 0; i <= 60; i++) {
            double compute = low * Math.pow(high / low, i / 60.0);
            double N = law.optimalParameters(compute);
            x.add(compute);
            y.add(law.at(N, compute / (6 * N)));
        }
        chart.add("compute-optimal, by the law", x, y, SeriesChart.Style.LINE);
    }
}
