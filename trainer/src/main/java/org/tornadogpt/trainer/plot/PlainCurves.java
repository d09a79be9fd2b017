package org.tornadogpt.trainer.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.tornadogpt.trainer.metrics.Metric;

/** Loss curves drawn without the help of fonts: a frame, both curves, a mark at the best validation loss. */
final class PlainCurves {
    private static final int MARGIN = 20;
    private static final int MARK = 6;
    private static final Color FRAME = new Color(0x80, 0x80, 0x80);

    private final int width;
    private final int height;

    PlainCurves(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /** @param evaluations at least one */
    BufferedImage draw(List<Metric> evaluations, Color training, Color validation) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(FRAME);
        graphics.drawRect(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setStroke(new BasicStroke(2f));
        Scale scale = new Scale(evaluations);
        curve(graphics, training, evaluations, scale, Metric::trainLoss);
        curve(graphics, validation, evaluations, scale, Metric::valLoss);
        Metric best = LossChart.best(evaluations);
        graphics.setColor(Color.BLACK);
        graphics.fillOval(
                (int) scale.x((double) best.step()) - MARK, (int) scale.y(best.valLoss()) - MARK, 2 * MARK, 2 * MARK);
        graphics.dispose();
        return image;
    }

    private static void curve(
            Graphics2D graphics, Color color, List<Metric> evaluations, Scale scale, ToDoubleFunction<Metric> loss) {
        Path2D path = new Path2D.Double();
        for (Metric m : evaluations) {
            double x = scale.x((double) m.step());
            double y = scale.y(loss.applyAsDouble(m));
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y);
            }
            path.lineTo(x, y);
        }
        graphics.setColor(color);
        graphics.draw(path);
    }

    /** From steps and losses to pixels. */
    private final class Scale {
        private final double steps;
        private final double lowest;
        private final double highest;

        Scale(List<Metric> evaluations) {
            steps = evaluations.stream().mapToLong(Metric::step).max().orElse(0);
            lowest = evaluations.stream()
                    .mapToDouble(m -> Math.min(m.trainLoss(), m.valLoss()))
                    .min()
                    .orElse(0);
            highest = evaluations.stream()
                    .mapToDouble(m -> Math.max(m.trainLoss(), m.valLoss()))
                    .max()
                    .orElse(1);
        }

        double x(double step) {
            return MARGIN + (steps == 0 ? 0 : step / steps) * (width - 2 * MARGIN);
        }

        double y(double loss) {
            double share = highest == lowest ? 0 : (loss - lowest) / (highest - lowest);
            return height - MARGIN - share * (height - 2 * MARGIN);
        }
    }
}
