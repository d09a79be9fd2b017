package org.tornadogpt.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The curves over each other. */
public final class CurvesChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    private CurvesChart() {}

    public static void write(Curves curves, String title, Path file) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle("step")
                .yAxisTitle("validation loss")
                .theme(Styler.ChartTheme.XChart)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        for (RunCurve run : curves.runs()) {
            chart.addSeries(
                            run.name(),
                            new ArrayList<>(run.byStep().keySet()),
                            new ArrayList<>(run.byStep().values()))
                    .setMarker(SeriesMarkers.CIRCLE);
        }
        ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
    }
}
