package org.tornadogpt.trainer.plot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.metrics.Metric;

/** The validation losses of several runs over their steps. */
public final class ComparisonChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    private ComparisonChart() {}

    /**
     * Draws them.
     *
     * @param evaluations of each run, at least one of each
     */
    public static void write(Map<String, List<Metric>> evaluations, Path file) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Validation loss")
                .xAxisTitle("step")
                .yAxisTitle("loss")
                .theme(Styler.ChartTheme.Matlab)
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        evaluations.forEach((name, run) -> chart.addSeries(
                        name,
                        run.stream().mapToDouble(Metric::step).toArray(),
                        run.stream().mapToDouble(Metric::valLoss).toArray())
                .setMarker(SeriesMarkers.NONE));
        try {
            WholeFile.write(file, LossPlot.png(org.knowm.xchart.BitmapEncoder.getBufferedImage(chart)));
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IOException("this JVM cannot draw: " + e, e);
        }
    }
}
