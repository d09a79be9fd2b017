package org.tornadogpt.trainer.plot;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.tornadogpt.trainer.files.WholeFile;

/** Series of points in one picture, on linear or logarithmic axes. */
public final class SeriesChart {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;

    /** How the points of a series are drawn. */
    public enum Style {
        /** A line without marks. */
        LINE,
        /** A line with a mark at every point. */
        MARKED_LINE,
        /** Marks alone. */
        MARKS
    }

    private record Series(String name, List<Double> x, List<Double> y, Style style) {}

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private final List<Series> all = new ArrayList<>();
    private boolean xLogarithmic;
    private boolean yLogarithmic;

    public SeriesChart(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** Makes axes logarithmic, where the points span enough for such an axis to have letters. */
    public SeriesChart logarithmic(boolean x, boolean y) {
        xLogarithmic = x;
        yLogarithmic = y;
        return this;
    }

    /** Adds points in order; a name may occur once. */
    public SeriesChart add(String name, List<Double> x, List<Double> y, Style style) {
        all.add(new Series(name, List.copyOf(x), List.copyOf(y), style));
        return this;
    }

    /**
     * Draws them.
     *
     * @throws IOException if that cannot be drawn or written; an earlier picture stays
     */
    public void write(Path file) throws IOException {
        try {
            WholeFile.write(file, LossPlot.png(BitmapEncoder.getBufferedImage(chart())));
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IOException(file + " cannot be drawn on this JVM: " + e, e);
        }
    }

    private XYChart chart() {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridLinesColor(new Color(0xe0, 0xe0, 0xe0));
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler()
                .setXAxisLogarithmic(
                        xLogarithmic && spansPowers(all.stream().map(Series::x).flatMap(List::stream)));
        chart.getStyler()
                .setYAxisLogarithmic(
                        yLogarithmic && spansPowers(all.stream().map(Series::y).flatMap(List::stream)));
        for (Series series : all) {
            XYSeries drawn = chart.addSeries(series.name, series.x, series.y);
            drawn.setMarker(series.style == Style.LINE ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
            if (series.style == Style.MARKS) {
                drawn.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            }
        }
        return chart;
    }

    /** A logarithmic axis names powers of ten and nothing else: with fewer than two nobody could read it. */
    static boolean spansPowers(Stream<Double> values) {
        DoubleSummaryStatistics range = values.mapToDouble(Double::doubleValue).summaryStatistics();
        return range.getMin() > 0
                && Math.floor(Math.log10(range.getMax())) - Math.ceil(Math.log10(range.getMin())) >= 1;
    }
}
