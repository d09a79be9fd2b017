package org.tornadogpt.trainer.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadogpt.trainer.metrics.Metric;

/** The picture of a run: its curves, and below them a caption that says what was trained on what. */
final class LossChart {
    static final int WIDTH = 1000;
    static final int HEIGHT = 600;
    static final Color TRAINING = new Color(0x1f, 0x77, 0xb4);
    static final Color VALIDATION = new Color(0xd6, 0x27, 0x28);

    private static final Color BATCHES = new Color(0xe6, 0x9f, 0x00);
    private static final Color CAPTION = new Color(0x40, 0x40, 0x40);
    private static final int TICK_SPACING = 110;

    /** Points of the batches' curve: more than that and their noise is all that can be seen. */
    private static final int MOST_BATCH_POINTS = 250;

    private static final int LINE_HEIGHT = 18;
    private static final int MARGIN = 14;
    private static final int CAPTION_SIZE = 12;

    private LossChart() {}

    /**
     * Draws it.
     *
     * @param caption lines below the curves
     * @param evaluations those among {@code metrics}, at least one
     */
    static BufferedImage draw(String title, List<String> caption, List<Metric> metrics, List<Metric> evaluations) {
        int captionHeight = caption.isEmpty() ? 0 : LINE_HEIGHT * caption.size() + MARGIN / 2;
        XYChart chart = chart(title, metrics, evaluations, HEIGHT - captionHeight);
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.drawImage(BitmapEncoder.getBufferedImage(chart), 0, 0, null);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, CAPTION_SIZE));
        graphics.setColor(CAPTION);
        for (int i = 0; i < caption.size(); i++) {
            int baseline = HEIGHT - captionHeight + LINE_HEIGHT * i + CAPTION_SIZE;
            graphics.drawString(fitting(caption.get(i), graphics.getFontMetrics()), MARGIN, baseline);
        }
        graphics.dispose();
        return image;
    }

    private static String fitting(String text, FontMetrics metrics) {
        String cut = text;
        while (metrics.stringWidth(cut) > WIDTH - 2 * MARGIN) {
            cut = cut.substring(0, cut.length() - 4) + "...";
        }
        return cut;
    }

    private static XYChart chart(String title, List<Metric> metrics, List<Metric> evaluations, int height) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(height)
                .title(title)
                .xAxisTitle("step")
                .yAxisTitle("loss (nats per token)")
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridLinesColor(new Color(0xe0, 0xe0, 0xe0));
        chart.getStyler().setYAxisDecimalPattern("0.0#");
        chart.getStyler().setXAxisDecimalPattern("#,##0.#");
        chart.getStyler().setXAxisTickMarkSpacingHint(TICK_SPACING);
        addBatches(chart, metrics.stream().filter(m -> !m.isEvaluation()).toList());
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
        mark(chart, best(evaluations));
        return chart;
    }

    /**
     * The loss of the batches, so many averaged that a curve comes out. Means lie in the middle of their steps; were
     * all steps whole numbers in a row, XChart would put the marks of the axis at odd multiples of one.
     */
    private static void addBatches(XYChart chart, List<Metric> steps) {
        if (steps.isEmpty()) {
            return;
        }
        int group = (steps.size() + MOST_BATCH_POINTS - 1) / MOST_BATCH_POINTS;
        List<Double> places = new ArrayList<>();
        List<Double> means = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += group) {
            List<Metric> part = steps.subList(from, Math.min(steps.size(), from + group));
            places.add(part.stream().mapToDouble(Metric::step).average().orElseThrow() - 0.5);
            means.add(part.stream().mapToDouble(Metric::trainLoss).average().orElseThrow());
        }
        String name = group == 1 ? "training batches" : "training batches, means of " + group;
        XYSeries series = chart.addSeries(name, places, means);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(BATCHES);
        series.setLineStyle(new BasicStroke(1.4f));
    }

    private static void add(XYChart chart, String name, List<Double> steps, List<Double> losses, Color color) {
        XYSeries series = chart.addSeries(name, steps, losses);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(2f));
    }

    private static void mark(XYChart chart, Metric best) {
        String name = String.format(Locale.ROOT, "best: %.4f at step %,d", best.valLoss(), best.step());
        XYSeries series = chart.addSeries(name, List.of((double) best.step()), List.of(best.valLoss()));
        series.setMarker(SeriesMarkers.DIAMOND);
        series.setMarkerColor(Color.BLACK);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    }

    /** The evaluation of the lowest validation loss. */
    static Metric best(List<Metric> evaluations) {
        return evaluations.stream().min(Comparator.comparing(Metric::valLoss)).orElseThrow();
    }

    private static List<Double> steps(List<Metric> metrics) {
        return metrics.stream().map(m -> (double) m.step()).toList();
    }
}
