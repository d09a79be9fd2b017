package org.tornadogpt.trainer.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** {@code metrics.jsonl}: appended to while a run goes on. */
public final class MetricsFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Writer writer;

    private MetricsFile(Writer writer) {
        this.writer = writer;
    }

    /** Opens the file to append to it. */
    public static MetricsFile append(Path file) throws IOException {
        return new MetricsFile(Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** Buffered; see {@link #flush}. */
    public void write(Metric metric) throws IOException {
        writer.write(JSON.writeValueAsString(metric));
        writer.write('\n');
    }

    /** Call before a checkpoint is written: a checkpoint never knows steps that the metrics do not. */
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** All whole lines; none if there is no file. A process that was killed leaves half a line at the end. */
    public static List<Metric> read(Path file) throws IOException {
        List<Metric> metrics = new ArrayList<>();
        if (!Files.exists(file)) {
            return metrics;
        }
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            try {
                metrics.add(JSON.readValue(lines.get(i), Metric.class));
            } catch (JsonProcessingException e) {
                if (i < lines.size() - 1) {
                    throw new IOException(file + " line " + (i + 1) + " is not a metric", e);
                }
            }
        }
        return metrics;
    }

    /**
     * Drops what an interrupted run did after its last checkpoint, for the resumed run will do it again.
     *
     * @param step of the checkpoint
     * @param evaluated whether the checkpoint knows of the evaluation at that step
     */
    public static void truncate(Path file, long step, boolean evaluated) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        Path shorter = file.resolveSibling(file.getFileName() + ".tmp");
        try (MetricsFile out = new MetricsFile(Files.newBufferedWriter(shorter, StandardCharsets.UTF_8))) {
            for (Metric metric : read(file)) {
                boolean unknownEvaluation = metric.isEvaluation() && !evaluated && metric.step() == step;
                if (metric.step() <= step && !unknownEvaluation) {
                    out.write(metric);
                }
            }
        }
        Files.move(shorter, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
