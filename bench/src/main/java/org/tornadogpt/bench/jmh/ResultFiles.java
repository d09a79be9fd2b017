package org.tornadogpt.bench.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** Writes what was measured: {@code NAME.json}, {@code NAME.md} and {@code NAME.png}. */
final class ResultFiles {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path folder;
    private final String name;

    ResultFiles(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    Path file(String suffix) {
        return folder.resolve(name + suffix);
    }

    /** Files of a name that no earlier ones have: the stem, or the stem and a number. */
    static ResultFiles unused(Path folder, String stem) {
        ResultFiles files = new ResultFiles(folder, stem);
        for (int i = 2; Files.exists(files.file(".json")); i++) {
            files = new ResultFiles(folder, stem + "-" + i);
        }
        return files;
    }

    /**
     * Writes all three; a machine that cannot draw has measured all the same.
     *
     * @return why there is no chart; empty if there is one
     */
    Optional<String> write(Map<String, String> environment, List<Measured> results) throws IOException {
        Files.createDirectories(folder);
        JSON.writeValue(file(".json").toFile(), json(environment, results));
        Files.writeString(file(".md"), ResultTable.markdown(environment, results));
        try {
            ResultChart.write(results, file(".png"));
            return Optional.empty();
        } catch (RuntimeException | LinkageError | InternalError e) {
            return Optional.of(file(".png") + " cannot be drawn: " + e);
        }
    }

    /** JMH's own array under {@code benchmarks}, each with our rates among its secondary metrics. */
    private static ObjectNode json(Map<String, String> environment, List<Measured> results) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        environment.forEach(root::put);
        ArrayNode benchmarks = root.putArray("benchmarks");
        for (Measured measured : results) {
            JsonNode entry = jmh(measured).get(0);
            ObjectNode secondary = (ObjectNode) entry.get("secondaryMetrics");
            rate(secondary, "gflops", measured.gflops(), "GFLOP/s");
            rate(secondary, "gigabytesPerSecond", measured.gigabytesPerSecond(), "GB/s");
            secondary.remove(DeviceTime.RESULT);
            measured.deviceMicros().ifPresent(micros -> rate(secondary, "deviceMicros", micros, "us/op"));
            benchmarks.add(entry);
        }
        return root;
    }

    private static void rate(ObjectNode metrics, String key, double score, String unit) {
        metrics.putObject(key).put("score", score).put("scoreUnit", unit);
    }

    private static JsonNode jmh(Measured measured) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(List.of(measured.result()));
        }
        return JSON.readTree(bytes.toByteArray());
    }
}
