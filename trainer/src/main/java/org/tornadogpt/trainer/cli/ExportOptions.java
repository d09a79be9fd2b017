package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.tornadogpt.trainer.metrics.CsvFile;
import org.tornadogpt.trainer.metrics.EventFile;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.Observation;
import org.tornadogpt.trainer.metrics.ObservationsFile;
import org.tornadogpt.trainer.train.Plotter;
import picocli.CommandLine.Option;

/** Options for a run's metrics in other programs' forms. */
final class ExportOptions {
    @Option(
            names = "--tensorboard",
            description = {
                "Writes the metrics for TensorBoard, too, into the run's folder: tensorboard --logdir runs.",
                "While training, with a sample and histograms of the weights at each evaluation."
            })
    private boolean tensorboard;

    @Option(names = "--csv", description = "Writes the metrics as metrics.csv, too, into the run's folder.")
    private boolean csv;

    /** Whether any was asked for. */
    boolean any() {
        return tensorboard || csv;
    }

    /** Writes them into the folder. */
    void write(Path folder, List<String> caption, List<Metric> metrics) throws IOException {
        if (tensorboard) {
            List<Observation> observations = ObservationsFile.read(folder.resolve(ObservationsFile.NAME));
            EventFile.write(folder, String.join("  \n", caption), metrics, observations);
        }
        if (csv) {
            CsvFile.write(folder.resolve("metrics.csv"), metrics);
        }
    }

    /**
     * A plotter that writes them beside its plot.
     *
     * @param observer looks at the model, for what TensorBoard is shown of it
     */
    Plotter beside(Plotter plotter, LongFunction<Observation> observer) {
        if (!any()) {
            return plotter;
        }
        return (title, caption, metrics, file) -> {
            Optional<String> lack = plotter.write(title, caption, metrics, file);
            Path folder = file.toAbsolutePath().getParent();
            if (tensorboard && !metrics.isEmpty()) {
                long step = metrics.getLast().step();
                ObservationsFile.put(folder.resolve(ObservationsFile.NAME), observer.apply(step));
            }
            write(folder, caption, metrics);
            return lack;
        };
    }
}
