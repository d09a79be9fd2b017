package org.tornadogpt.trainer.metrics;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.files.WholeFile;

/** {@code samples.jsonl}: texts that a run wrote on its way, a line for each. */
public final class SamplesFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A text.
     *
     * @param step updates done
     * @param prompt what the text continues
     * @param text what the model wrote after it
     */
    @JsonPropertyOrder({"step", "temperature", "seed", "prompt", "text"})
    public record Sample(long step, double temperature, long seed, String prompt, String text) {}

    private SamplesFile() {}

    /** Adds a line; the file is written as a whole, so that it never holds half of one. */
    public static void add(Path file, Sample sample) throws IOException {
        List<Sample> all = read(file);
        all.add(sample);
        write(file, all);
    }

    /** All samples; none if there is no file. */
    public static List<Sample> read(Path file) throws IOException {
        List<Sample> samples = new ArrayList<>();
        if (!Files.exists(file)) {
            return samples;
        }
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            try {
                samples.add(JSON.readValue(line, Sample.class));
            } catch (JsonProcessingException e) {
                throw new IOException(file + " line " + number + " is not a sample", e);
            }
        }
        return samples;
    }

    /** Drops what an interrupted run wrote after its last checkpoint, for the resumed run will write it again. */
    public static void truncate(Path file, long step) throws IOException {
        if (Files.exists(file)) {
            write(file, read(file).stream().filter(s -> s.step() <= step).toList());
        }
    }

    private static void write(Path file, List<Sample> samples) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Sample sample : samples) {
            bytes.writeBytes(JSON.writeValueAsBytes(sample));
            bytes.write('\n');
        }
        WholeFile.write(file, bytes.toByteArray());
    }
}
