package org.tornadogpt.bench.jmh;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** One picture: a row for each operation, a column for each preset, in each panel the variants side by side. */
final class ResultChart {
    private static final int GAP = 16;

    private ResultChart() {}

    static void write(List<Measured> results, Path file) throws IOException {
        List<String> presets =
                results.stream().map(r -> r.of().preset()).distinct().toList();
        Map<String, List<Measured>> operations = results.stream()
                .collect(Collectors.groupingBy(r -> r.of().operation(), TreeMap::new, Collectors.toList()));
        int height = operations.values().stream()
                .mapToInt(row -> height(row, presets) + GAP)
                .sum();
        BufferedImage image = new BufferedImage(
                ChartPanel.WIDTH * Math.max(1, presets.size()), Math.max(1, height), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        int y = 0;
        for (List<Measured> row : operations.values()) {
            for (int column = 0; column < presets.size(); column++) {
                List<Measured> panel = of(row, presets.get(column));
                if (!panel.isEmpty()) {
                    Graphics2D part = (Graphics2D) graphics.create();
                    part.translate(column * ChartPanel.WIDTH, y);
                    new ChartPanel(panel).draw(part);
                    part.dispose();
                }
            }
            y += height(row, presets) + GAP;
        }
        graphics.dispose();
        ImageIO.write(image, "png", file.toFile());
    }

    private static int height(List<Measured> row, List<String> presets) {
        return presets.stream()
                .map(preset -> of(row, preset))
                .filter(panel -> !panel.isEmpty())
                .mapToInt(panel -> new ChartPanel(panel).height())
                .max()
                .orElse(0);
    }

    private static List<Measured> of(List<Measured> row, String preset) {
        return row.stream().filter(r -> r.of().preset().equals(preset)).toList();
    }
}
