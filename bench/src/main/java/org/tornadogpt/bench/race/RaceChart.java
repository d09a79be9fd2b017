package org.tornadogpt.bench.race;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Attention's time against T, matmul's rate against size; values on the points. */
final class RaceChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    private static final double ABOVE = 1.13;

    private RaceChart() {}

    static void write(RaceReport report, Path file) throws IOException {
        boolean times = report.operation().equals("attention");
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(report.operation() + " on " + report.device())
                .xAxisTitle(times ? "T" : "N")
                .yAxisTitle(times ? "ms, forward and backward" : "GFLOP/s, all three products")
                .theme(Styler.ChartTheme.XChart)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(times);
        chart.getStyler().setXAxisLogarithmicDecadeOnly(false);
        chart.getStyler().setYAxisLogarithmicDecadeOnly(false);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.getStyler().setPlotBorderVisible(false);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendBorderColor(Color.WHITE);
        chart.getStyler().setMarkerSize(7);
        chart.getStyler().setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        List<String> variants = report.laps().stream()
                .filter(Lap::timed)
                .map(Lap::variant)
                .distinct()
                .toList();
        double highest = report.laps().stream()
                .filter(Lap::timed)
                .mapToDouble(lap -> times ? lap.millis() : lap.gflops())
                .max()
                .orElse(0);
        for (String variant : variants) {
            List<Lap> laps = report.laps().stream()
                    .filter(lap -> lap.timed() && lap.variant().equals(variant))
                    .toList();
            List<Double> values = laps.stream()
                    .map(lap -> times ? lap.millis() : lap.gflops())
                    .toList();
            chart.addSeries(
                            variant,
                            laps.stream().map(lap -> (double) lap.size()).toList(),
                            values)
                    .setMarker(SeriesMarkers.CIRCLE);
            for (int i = 0; i < laps.size(); i++) {
                chart.addAnnotation(new AnnotationText(
                        String.format(Locale.ROOT, "%.3g", values.get(i)),
                        laps.get(i).size(),
                        above(values.get(i), times, highest),
                        false));
            }
        }
        if (!variants.isEmpty()) {
            ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
        }
    }

    /** Where a point's value is written so that it does not lie on the point. */
    private static double above(double value, boolean logarithmic, double highest) {
        return logarithmic ? value * ABOVE : value + highest * (ABOVE - 1) / 4;
    }
}
