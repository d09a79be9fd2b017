package org.tornadogpt.trainer.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.trainer.files.WholeFile;

/** {@code observations.jsonl}: an {@link Observation} a line, in the order of their steps. */
public final class ObservationsFile {
    /** Its name in a run's folder. */
    public static final String NAME = "observations.jsonl";

    private static final ObjectMapper JSON = new ObjectMapper();

    private ObservationsFile() {}

    /** All of them; none if there is no file. */
    public static List<Observation> read(Path file) throws IOException {
        List<Observation> found = new ArrayList<>();
        if (!Files.exists(file)) {
            return found;
        }
        for (String line : Files.readAllLines(file)) {
            try {
                found.add(JSON.readValue(line, Observation.class));
            } catch (JsonProcessingException e) {
                throw new IOException(file + " line " + (found.size() + 1) + " is no observation", e);
            }
        }
        return found;
    }

    /**
     * Adds one in place of those of the same step and later ones, which a run that was killed made and that resumed
     * from before.
     */
    public static void put(Path file, Observation observation) throws IOException {
        List<Observation> all = new ArrayList<>(read(file));
        all.removeIf(earlier -> earlier.step() >= observation.step());
        all.add(observation);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Observation one : all) {
            lines.writeBytes(JSON.writeValueAsBytes(one));
            lines.write('\n');
        }
        WholeFile.write(file, lines.toByteArray());
    }
}
