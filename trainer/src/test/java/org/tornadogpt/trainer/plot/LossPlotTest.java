package org.tornadogpt.trainer.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.metrics.Metric;

class LossPlotTest {
    private static final List<String> CAPTION = List.of("data text.txt", "rate 0.001 " + "and so on ".repeat(40));

    @TempDir
    private Path folder;

    @Test
    void drawsBothCurvesAndTheBestPoint() throws IOException {
        List<Metric> metrics = new ArrayList<>();
        for (int step = 0; step <= 100; step++) {
            if (step % 10 == 0) {
                metrics.add(Metric.eval(step, 4 - step * 0.03, 4 - step * 0.02, step));
            }
            metrics.add(Metric.step(step + 1, 4 - step * 0.03f, 1e-3f, 1, 1, 1, step));
        }
        Path file = folder.resolve("loss.png");
        LossPlot.write("test", CAPTION, metrics, file)
                .ifPresent(
                        lack -> assertThat(lack).as("a machine without fonts").contains("without letters"));
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1000);
        assertThat(count(image, 0x1f77b4)).as("pixels of the training curve").isGreaterThan(200);
        assertThat(count(image, 0xd62728)).as("pixels of the validation curve").isGreaterThan(200);
        assertThat(count(image, 0xe69f00)).as("pixels of the curve of batches").isGreaterThan(100);
        assertThat(dark(image, 0, 500))
                .as("pixels of the caption, the second line cut")
                .isBetween(300, 4000);
        assertThat(dark(image, 990, 1000))
                .as("pixels of the caption beyond the margin")
                .isZero();
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void withoutLettersTheCurvesAreDrawnAllTheSame() {
        List<Metric> metrics = new ArrayList<>();
        for (int step = 0; step <= 100; step += 10) {
            metrics.add(Metric.eval(step, 4 - step * 0.03, 4 - step * 0.02, step));
        }
        BufferedImage image = new PlainCurves(1000, 600).draw(metrics, new Color(0x1f77b4), new Color(0xd62728));
        assertThat(count(image, 0x1f77b4)).as("pixels of the training curve").isGreaterThan(200);
        assertThat(count(image, 0xd62728)).as("pixels of the validation curve").isGreaterThan(200);
        assertThat(image.getRGB(980, 393) & 0xffffff).as("the best point").isZero();
        new PlainCurves(100, 100).draw(metrics.subList(0, 1), Color.RED, Color.RED);
    }

    @Test
    void drawsNothingBeforeTheFirstEvaluation() throws IOException {
        LossPlot.write("test", CAPTION, List.of(Metric.step(1, 4, 1, 1, 1, 1, 1)), folder.resolve("loss.png"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void manyBatchesAreAveragedToACurve() throws IOException {
        List<Metric> metrics = new ArrayList<>();
        for (int step = 0; step <= 5000; step++) {
            if (step % 500 == 0) {
                metrics.add(Metric.eval(step, 2, 3, step));
            }
            metrics.add(Metric.step(step + 1, step % 2 == 0 ? 1f : 9f, 1e-3f, 1, 1, 1, step));
        }
        Path file = folder.resolve("loss.png");
        LossPlot.write("test", CAPTION, metrics, file);
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(count(image, 0xe69f00)).as("a line, not a band").isBetween(200, 10_000);
    }

    /** Pixels of letters in the lines below the curves, from column {@code from} to {@code to}. */
    private static int dark(BufferedImage image, int from, int to) {
        int count = 0;
        for (int y = image.getHeight() - 40; y < image.getHeight(); y++) {
            for (int x = from; x < to; x++) {
                count += (image.getRGB(x, y) & 0xff) < 0xa0 ? 1 : 0;
            }
        }
        return count;
    }

    private static int count(BufferedImage image, int rgb) {
        int count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return count;
    }
}
