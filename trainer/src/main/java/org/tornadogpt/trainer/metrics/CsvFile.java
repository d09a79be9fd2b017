package org.tornadogpt.trainer.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tornadogpt.trainer.files.WholeFile;

/** {@code metrics.csv}: what {@code metrics.jsonl} says, for spreadsheets. What a line does not have is empty. */
public final class CsvFile {
    private static final String HEADER =
            "step,event,trainLoss,valLoss,learningRate,gradNorm,stepMillis,tokensPerSecond,elapsedSeconds\n";

    private CsvFile() {}

    /** Replaces the file as a whole. */
    public static void write(Path file, List<Metric> metrics) throws IOException {
        StringBuilder text = new StringBuilder(HEADER);
        for (Metric m : metrics) {
            text.append(Stream.of(
                                    m.step(),
                                    m.event(),
                                    m.trainLoss(),
                                    m.valLoss(),
                                    m.learningRate(),
                                    m.gradNorm(),
                                    m.stepMillis(),
                                    m.tokensPerSecond(),
                                    m.elapsedSeconds())
                            .map(value -> value == null ? "" : value.toString())
                            .collect(Collectors.joining(",")))
                    .append('\n');
        }
        WholeFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
