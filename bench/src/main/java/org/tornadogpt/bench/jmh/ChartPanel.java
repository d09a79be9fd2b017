package org.tornadogpt.bench.jmh;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The variants of one operation over the calls of one preset: a horizontal bar for each, its name on the left, its time
 * and interval at its end.
 */
final class ChartPanel {
    static final int WIDTH = 560;

    private static final int MARGIN = 12;
    private static final int NAME_WIDTH = 120;
    private static final int VALUE_WIDTH = 128;
    private static final int TITLE_HEIGHT = 30;
    private static final int AXIS_HEIGHT = 30;
    private static final int CALL_HEIGHT = 20;
    private static final int BAR_HEIGHT = 16;
    private static final int BAR_THICKNESS = 11;
    private static final int LEFT = MARGIN + NAME_WIDTH;
    private static final int BARS = WIDTH - LEFT - VALUE_WIDTH - MARGIN;
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
    private static final Font CALL = new Font(Font.SANS_SERIF, Font.BOLD, 11);
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Color INK = new Color(0x20, 0x20, 0x20);
    private static final Color PALE = new Color(0x70, 0x70, 0x70);
    private static final Color GRID = new Color(0xe0, 0xe0, 0xe0);
    private static final Color[] COLOURS = {
        new Color(0x4c, 0x8c, 0xbf),
        new Color(0xe6, 0x9f, 0x00),
        new Color(0x5a, 0xa4, 0x69),
        new Color(0xb0, 0x79, 0xb5),
        new Color(0xcc, 0x66, 0x5c),
    };

    private final List<Measured> results;
    private final List<String> calls;
    private final List<String> variants;
    private final LogScale scale;

    /** Of results that have operation and preset in common, at least one. */
    ChartPanel(List<Measured> results) {
        this.results = results;
        calls = results.stream().map(r -> r.of().call()).distinct().toList();
        variants =
                results.stream().map(r -> r.of().variant()).distinct().sorted().toList();
        List<Double> times = results.stream()
                .filter(Measured::isMeasuredWell)
                .map(Measured::micros)
                .toList();
        scale = times.isEmpty()
                ? new LogScale(1, 10)
                : LogScale.of(
                        times.stream().min(Double::compare).orElseThrow(),
                        times.stream().max(Double::compare).orElseThrow());
    }

    int height() {
        return TITLE_HEIGHT + CALL_HEIGHT * calls.size() + BAR_HEIGHT * results.size() + AXIS_HEIGHT;
    }

    /** Draws at the origin of {@code graphics}. */
    void draw(Graphics2D graphics) {
        BenchCase any = results.get(0).of();
        text(
                graphics,
                TITLE,
                INK,
                any.operation() + ", " + any.preset() + ": time of one call, shorter is faster",
                MARGIN,
                20);
        int end = height() - AXIS_HEIGHT;
        axis(graphics, end);
        int y = TITLE_HEIGHT;
        for (String call : calls) {
            text(graphics, CALL, INK, call, MARGIN, y + CALL_HEIGHT - 5);
            y += CALL_HEIGHT;
            for (Measured result : fastestFirst(call)) {
                bar(graphics, result, y);
                y += BAR_HEIGHT;
            }
        }
    }

    private List<Measured> fastestFirst(String call) {
        List<Measured> rivals = new ArrayList<>(
                results.stream().filter(r -> r.of().call().equals(call)).toList());
        rivals.sort(Comparator.comparing(Measured::isMeasuredWell).reversed().thenComparingDouble(Measured::micros));
        return rivals;
    }

    private void axis(Graphics2D graphics, int end) {
        int lastEnd = -1;
        for (double tick : scale.ticks()) {
            int x = x(tick);
            graphics.setColor(GRID);
            graphics.drawLine(x, TITLE_HEIGHT, x, end);
            graphics.setColor(PALE);
            graphics.drawLine(x, end, x, end + 4);
            graphics.setFont(TEXT);
            String label = LogScale.label(tick);
            int width = graphics.getFontMetrics().stringWidth(label);
            if (x - width / 2 > lastEnd) {
                text(graphics, TEXT, PALE, label, x - width / 2, end + 16);
                lastEnd = x + width / 2 + 4;
            }
        }
        graphics.setColor(PALE);
        graphics.drawLine(LEFT, end, LEFT + BARS, end);
        text(graphics, TEXT, PALE, "logarithmic", WIDTH - MARGIN - 70, end + 16);
    }

    private void bar(Graphics2D graphics, Measured result, int y) {
        int baseline = y + BAR_THICKNESS;
        text(graphics, TEXT, INK, result.of().variant(), MARGIN + 8, baseline);
        if (!result.isMeasuredWell()) {
            text(graphics, TEXT, PALE, "not measured well: " + value(result), LEFT + 4, baseline);
            return;
        }
        int end = x(result.micros());
        graphics.setColor(COLOURS[variants.indexOf(result.of().variant()) % COLOURS.length]);
        graphics.fillRect(LEFT, y + 1, Math.max(1, end - LEFT), BAR_THICKNESS);
        int after = end;
        if (result.errorMicros() > 0) {
            int middle = y + 1 + BAR_THICKNESS / 2;
            after = x(result.micros() + result.errorMicros());
            graphics.setColor(INK);
            graphics.drawLine(x(result.micros() - result.errorMicros()), middle, after, middle);
        }
        text(graphics, TEXT, INK, value(result), after + 5, baseline);
    }

    private int x(double micros) {
        return LEFT + (int) Math.round(BARS * scale.place(micros));
    }

    /** The time and half its interval in one unit. */
    static String value(Measured result) {
        double scale = result.micros() < 1000 ? 1 : 1000;
        String unit = scale == 1 ? "µs" : "ms";
        String interval = Double.isNaN(result.errorMicros())
                ? ""
                : String.format(Locale.ROOT, " ± %s", digits(result.errorMicros() / scale));
        return digits(result.micros() / scale) + interval + " " + unit;
    }

    private static String digits(double number) {
        return String.format(Locale.ROOT, number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%.0f", number);
    }

    private static void text(Graphics2D graphics, Font font, Color colour, String text, int x, int y) {
        graphics.setFont(font);
        graphics.setColor(colour);
        graphics.drawString(text, x, y);
    }
}
