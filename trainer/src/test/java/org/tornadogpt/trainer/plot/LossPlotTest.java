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
        LossPlot.write("test", metrics, file)
                .ifPresent(
                        lack -> assertThat(lack).as("a machine without fonts").contains("without letters"));
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1000);
        assertThat(count(image, 0x1f77b4)).as("pixels of the training curve").isGreaterThan(200);
        assertThat(count(image, 0xd62728)).as("pixels of the validation curve").isGreaterThan(200);
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
        LossPlot.write("test", List.of(Metric.step(1, 4, 1, 1, 1, 1, 1)), folder.resolve("loss.png"));
        assertThat(folder).isEmptyDirectory();
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
