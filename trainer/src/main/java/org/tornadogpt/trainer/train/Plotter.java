package org.tornadogpt.trainer.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.trainer.metrics.Metric;

/** Draws a run's curves. */
@FunctionalInterface
public interface Plotter {
    /**
     * Draws what there is into a file.
     *
     * @param caption lines below the curves
     * @return what the plot lacks, and why; empty if nothing
     */
    Optional<String> write(String title, List<String> caption, List<Metric> metrics, Path file) throws IOException;
}
