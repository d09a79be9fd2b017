package org.tornadogpt.trainer.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadogpt.trainer.metrics.Metric;

/** {@code loss.png}: training and validation loss over the steps, the best validation loss marked. */
public final class LossPlot {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    private static final int TICK_SPACING = 110;
    private static final Color TRAINING = new Color(0x1f, 0x77, 0xb4);
    private static final Color VALIDATION = new Color(0xd6, 0x27, 0x28);
    private static final Color BATCHES = new Color(0x1f, 0x77, 0xb4, 60);
    private static final int MOST_BATCH_POINTS = 2000;

    private LossPlot() {}

    /**
     * Draws what there is; nothing if there is no evaluation yet.
     *
     * @param title shown above
     * @param file written beside itself and moved into place
     */
    public static void write(String title, List<Metric> metrics, Path file) throws IOException {
        List<Metric> evaluations = metrics.stream().filter(Metric::isEvaluation).toList();
        if (evaluations.isEmpty()) {
            return;
        }
        Path whole = file.resolveSibling(file.getFileName() + ".tmp");
        try (var out = Files.newOutputStream(whole)) {
            ImageIO.write(BitmapEncoder.getBufferedImage(chart(title, metrics, evaluations)), "png", out);
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static XYChart chart(String title, List<Metric> metrics, List<Metric> evaluations) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("step")
                .yAxisTitle("loss (nats per token)")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridLinesColor(new Color(0xe0, 0xe0, 0xe0));
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setYAxisDecimalPattern("0.0#");
        chart.getStyler().setXAxisDecimalPattern("#,##0.#");
        chart.getStyler().setXAxisTickMarkSpacingHint(TICK_SPACING);
        addBatches(chart, metrics);
        add(
                chart,
                "training",
                steps(evaluations),
                evaluations.stream().map(Metric::trainLoss).toList(),
                TRAINING);
        add(
                chart,
                "validation",
                steps(evaluations),
                evaluations.stream().map(Metric::valLoss).toList(),
                VALIDATION);
        best(evaluations).ifPresent(best -> mark(chart, best));
        return chart;
    }

    /**
     * The loss of single batches, thinned out, faint behind the averages. They are drawn in the middle of their steps; were all
     * steps whole numbers in a row, XChart would put the marks of the axis at odd multiples of one.
     */
    private static void addBatches(XYChart chart, List<Metric> metrics) {
        List<Metric> steps = metrics.stream().filter(m -> !m.isEvaluation()).toList();
        int stride = Math.max(1, steps.size() / MOST_BATCH_POINTS);
        List<Metric> thinned = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += stride) {
            thinned.add(steps.get(i));
        }
        if (thinned.isEmpty()) {
            return;
        }
        XYSeries series = chart.addSeries(
                "training batches",
                thinned.stream().map(m -> m.step() - 0.5).toList(),
                thinned.stream().map(Metric::trainLoss).toList());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(BATCHES);
        series.setLineStyle(new BasicStroke(1f));
    }

    private static void add(XYChart chart, String name, List<Double> steps, List<Double> losses, Color color) {
        XYSeries series = chart.addSeries(name, steps, losses);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(2f));
    }

    private static void mark(XYChart chart, Metric best) {
        String name = String.format(Locale.ROOT, "best: %.4f at step %d", best.valLoss(), best.step());
        XYSeries series = chart.addSeries(name, List.of((double) best.step()), List.of(best.valLoss()));
        series.setMarker(SeriesMarkers.DIAMOND);
        series.setMarkerColor(Color.BLACK);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    }

    private static Optional<Metric> best(List<Metric> evaluations) {
        return evaluations.stream().min(Comparator.comparing(Metric::valLoss));
    }

    private static List<Double> steps(List<Metric> metrics) {
        return metrics.stream().map(m -> (double) m.step()).toList();
    }
}
