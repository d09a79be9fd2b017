package org.tornadogpt.trainer.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.metrics.Metric;

/** {@code loss.png}: training and validation loss over the steps, the best validation loss marked. */
public final class LossPlot {
    private LossPlot() {}

    /**
     * Draws what there is; nothing if there is no evaluation yet.
     *
     * @param title shown above
     * @param caption lines shown below: what was trained on what
     * @param file written beside itself and moved into place
     * @return what the plot lacks, and why; empty if nothing
     * @throws IOException if it cannot be drawn or written; an earlier plot stays
     */
    public static Optional<String> write(String title, List<String> caption, List<Metric> metrics, Path file)
            throws IOException {
        List<Metric> evaluations = metrics.stream().filter(Metric::isEvaluation).toList();
        if (evaluations.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> lacking = Optional.empty();
        BufferedImage image;
        try {
            image = LossChart.draw(title, caption, metrics, evaluations);
        } catch (RuntimeException | LinkageError | InternalError e) {
            image = withoutLetters(evaluations, e);
            lacking = Optional.of("it has curves without letters, for Java cannot use fonts here (" + e.getMessage()
                    + "); fontconfig and a font would mend that");
        }
        WholeFile.write(file, png(image));
        return lacking;
    }

    /** A bare machine has no fonts, and the chart library measures letters even where it is to draw none. */
    private static BufferedImage withoutLetters(List<Metric> evaluations, Throwable reason) throws IOException {
        try {
            return new PlainCurves(LossChart.WIDTH, LossChart.HEIGHT)
                    .draw(evaluations, LossChart.TRAINING, LossChart.VALIDATION);
        } catch (RuntimeException | LinkageError | InternalError e) {
            e.addSuppressed(reason);
            throw new IOException("this JVM cannot draw: " + e, e);
        }
    }

    /** In memory: the image library would put a file of its own into the temporary folder, which may be full. */
    static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this JVM cannot write PNG files");
            }
        }
        return bytes.toByteArray();
    }
}
