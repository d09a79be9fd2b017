package org.tornadogpt.bench.jmh;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** One picture: a row for each operation, a column for each preset, in each panel the variants side by side. */
final class ResultChart {
    private static final int HEIGHT = 540;
    private static final int LEAST_WIDTH = 560;
    private static final int WIDTH_OF_CALL = 48;
    private static final int WIDTH_OF_AXIS = 160;
    private static final int LABEL_ANGLE = 60;
    private static final int LABEL_SIZE = 10;

    private ResultChart() {}

    static void write(List<Measured> results, Path file) throws IOException {
        List<String> operations = results.stream()
                .map(r -> r.of().operation())
                .distinct()
                .sorted()
                .toList();
        List<String> presets =
                results.stream().map(r -> r.of().preset()).distinct().toList();
        int width = LEAST_WIDTH;
        for (Measured r : results) {
            width = Math.max(
                    width,
                    WIDTH_OF_AXIS + WIDTH_OF_CALL * calls(panel(results, r)).size());
        }
        BufferedImage image = new BufferedImage(
                width * Math.max(1, presets.size()),
                HEIGHT * Math.max(1, operations.size()),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int row = 0; row < operations.size(); row++) {
            for (int column = 0; column < presets.size(); column++) {
                List<Measured> panel = panel(results, operations.get(row), presets.get(column));
                if (!panel.isEmpty()) {
                    graphics.drawImage(
                            BitmapEncoder.getBufferedImage(chart(panel, width)), column * width, row * HEIGHT, null);
                }
            }
        }
        graphics.dispose();
        ImageIO.write(image, "png", file.toFile());
    }

    /** The largest below {@code value}: bars need a floor, for a logarithmic axis has no zero. */
    private static double powerOfTen(double value) {
        return Math.pow(10, Math.ceil(Math.log10(value)) - 1);
    }

    private static List<Measured> panel(List<Measured> results, Measured like) {
        return panel(results, like.of().operation(), like.of().preset());
    }

    private static List<Measured> panel(List<Measured> results, String operation, String preset) {
        return results.stream()
                .filter(r ->
                        r.of().operation().equals(operation) && r.of().preset().equals(preset))
                .toList();
    }

    private static List<String> calls(List<Measured> panel) {
        return panel.stream().map(r -> r.of().call()).distinct().toList();
    }

    private static CategoryChart chart(List<Measured> panel, int width) {
        BenchCase any = panel.get(0).of();
        CategoryChart chart = new CategoryChartBuilder()
                .width(width)
                .height(HEIGHT)
                .title(any.operation() + ", " + any.preset() + " (shorter is faster)")
                .yAxisTitle("µs for one call, logarithmic")
                .build();
        Styler styler = chart.getStyler();
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler()
                .setYAxisMin(powerOfTen(
                        panel.stream().mapToDouble(Measured::micros).min().orElseThrow()));
        chart.getStyler().setXAxisLabelRotation(LABEL_ANGLE);
        chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, LABEL_SIZE));
        chart.getStyler().setAvailableSpaceFill(0.8);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        List<String> calls = calls(panel);
        for (String variant :
                panel.stream().map(r -> r.of().variant()).distinct().sorted().toList()) {
            List<Double> times = new ArrayList<>();
            for (String call : calls) {
                times.add(panel.stream()
                        .filter(r ->
                                r.of().call().equals(call) && r.of().variant().equals(variant))
                        .map(Measured::micros)
                        .findFirst()
                        .orElse(null));
            }
            chart.addSeries(variant, calls, times);
        }
        return chart;
    }
}
