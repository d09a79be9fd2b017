package org.tornadogpt.trainer.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.files.WholeFile;

/**
 * {@code metrics.jsonl}: appended to while a run goes on. Lines that could not be written are kept, and written when
 * that is possible again.
 */
public final class MetricsFile implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bytes after which lines go to the file unasked. */
    private static final int BUFFER = 1 << 13;

    /** Bytes kept of lines that cannot be written. */
    private static final int MOST_KEPT = 1 << 22;

    private final Path file;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    private MetricsFile(Path file) {
        this.file = file;
    }

    /** Lines are added at the file's end; it is made when the first are. */
    public static MetricsFile append(Path file) {
        return new MetricsFile(file);
    }

    /** Buffered; see {@link #flush}. */
    public void write(Metric metric) throws IOException {
        pending.writeBytes(JSON.writeValueAsBytes(metric));
        pending.write('\n');
        if (pending.size() > BUFFER) {
            flush();
        }
    }

    /** Call before a checkpoint is written: a checkpoint never knows steps that the metrics do not. */
    public void flush() throws IOException {
        if (pending.size() == 0) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            append(channel);
            pending.reset();
        } finally {
            if (pending.size() > MOST_KEPT) {
                pending.reset();
            }
        }
    }

    /** All or nothing: half a line in the middle would make the file unreadable. */
    private void append(FileChannel channel) throws IOException {
        long end = channel.size();
        try {
            ByteBuffer rest = ByteBuffer.wrap(pending.toByteArray());
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException e) {
            channel.truncate(end);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        flush();
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
                metrics.add(read(lines.get(i)));
            } catch (JsonProcessingException | IllegalArgumentException e) {
                if (i < lines.size() - 1) {
                    throw new IOException(file + " line " + (i + 1) + " is not a metric", e);
                }
            }
        }
        return metrics;
    }

    private static Metric read(String line) throws JsonProcessingException {
        Metric metric = JSON.readValue(line, Metric.class);
        boolean complete = metric != null
                && metric.event() != null
                && metric.trainLoss() != null
                && (metric.valLoss() != null || !metric.isEvaluation());
        if (!complete) {
            throw new IllegalArgumentException("no metric");
        }
        return metric;
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
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (Metric metric : read(file)) {
            boolean unknownEvaluation = metric.isEvaluation() && !evaluated && metric.step() == step;
            if (metric.step() <= step && !unknownEvaluation) {
                kept.writeBytes(JSON.writeValueAsBytes(metric));
                kept.write('\n');
            }
        }
        WholeFile.write(file, kept.toByteArray());
    }
}
