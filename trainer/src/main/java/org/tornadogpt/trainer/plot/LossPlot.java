package org.tornadogpt.trainer.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;
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
     */
    public static void write(String title, List<String> caption, List<Metric> metrics, Path file) throws IOException {
        List<Metric> evaluations = metrics.stream().filter(Metric::isEvaluation).toList();
        if (evaluations.isEmpty()) {
            return;
        }
        Path whole = file.resolveSibling(file.getFileName() + ".tmp");
        try (var out = Files.newOutputStream(whole)) {
            ImageIO.write(LossChart.draw(title, caption, metrics, evaluations), "png", out);
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
