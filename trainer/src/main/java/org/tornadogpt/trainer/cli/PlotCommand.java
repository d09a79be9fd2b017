package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;
import org.tornadogpt.trainer.plot.ComparisonChart;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt plot}. */
@Command(
        name = "plot",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Draws the validation losses of runs into one picture.")
final class PlotCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(paramLabel = "RUN", arity = "0..*", description = "Folders of runs.")
    private List<Path> runs = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE", description = "The picture [compare.png].")
    private Path out = Path.of("compare.png");

    @Mixin
    private ExportOptions exports = new ExportOptions();

    PlotCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        if (runs.isEmpty()) {
            throw new UsageException("name at least one run's folder");
        }
        Map<String, List<Metric>> evaluations = new LinkedHashMap<>();
        for (Path run : runs) {
            RunFolder.checkRun(run);
            List<Metric> metrics = MetricsFile.read(run.resolve("metrics.jsonl"));
            List<Metric> found = metrics.stream().filter(Metric::isEvaluation).toList();
            if (found.isEmpty()) {
                throw new IOException(run + " has no evaluation yet: there is nothing to draw");
            }
            exports.write(run, List.of("run " + run.toAbsolutePath().normalize().getFileName()), metrics);
            String name = run.normalize().toString();
            if (evaluations.put(name, found) != null) {
                throw new UsageException(name + " is named twice");
            }
            Metric best = found.stream().min(Comparator.comparing(Metric::valLoss)).orElseThrow();
            io.out()
                    .printf(
                            Locale.ROOT,
                            "%s: best validation loss %.4f at step %d of %d%n",
                            name,
                            best.valLoss(),
                            best.step(),
                            found.getLast().step());
        }
        ComparisonChart.write(evaluations, out);
        io.out().println("drawn: " + out);
        return ExitCode.OK;
    }
}
