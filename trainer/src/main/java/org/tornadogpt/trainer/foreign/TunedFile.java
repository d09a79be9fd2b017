package org.tornadogpt.trainer.foreign;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.UsageException;

/**
 * The best values of a source file's constants by device and shape, in a YAML file beside it. A device is its
 * description with the processor's and Java's: what was best on another, or under another version, is not taken.
 */
public final class TunedFile {
    private static final int VERSION = 1;
    private static final String HEAD =
            "# Best values of @Tunable constants by device and shape. Written by 'tgpt kernels"
                    + " tune', read only where --tuned asks.\n";

    private final Path file;
    private final Content content;

    /** What is in the file. */
    record Content(int version, Map<String, Map<String, Best>> devices) {}

    /**
     * What was best.
     *
     * @param source checksum of the source file
     * @param result for a person: the time and the ratio with its interval
     */
    public record Best(Map<String, Integer> values, String result, String date, String source) {}

    private TunedFile(Path file, Content content) {
        this.file = file;
        this.content = content;
    }

    /** Where the values of a source file are kept. */
    public static Path beside(Path source) {
        return source.resolveSibling(source.getFileName().toString().replaceFirst("\\.java$", ".tuned.yaml"));
    }

    /**
     * Reads what is kept of a source file; nothing is if there is no such file yet.
     *
     * @throws UsageException if it is not as this class writes it
     */
    public static TunedFile of(Path source) throws IOException {
        Path file = beside(source);
        if (!Files.exists(file)) {
            return new TunedFile(file, new Content(VERSION, new LinkedHashMap<>()));
        }
        try {
            Content content = mapper().readValue(Files.readString(file), Content.class);
            if (content == null || content.version() != VERSION || content.devices() == null) {
                throw new UsageException(
                        file + " is no file of version " + VERSION + " that 'tgpt kernels tune' wrote");
            }
            return new TunedFile(file, content);
        } catch (JsonProcessingException e) {
            throw new UsageException(file + " is not as 'tgpt kernels tune' wrote it: " + e.getOriginalMessage(), e);
        }
    }

    /** What a device is known by. */
    public static String key(Device device) throws IOException {
        return device.id() + ", " + device.description()
                + (device.id().startsWith("tornado") ? "" : ", " + processor())
                + ", Java " + Runtime.version().feature();
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    public Path file() {
        return file;
    }

    /** What was best for a shape, written as it was when it was tuned. */
    public Optional<Best> best(String device, String shape) {
        return Optional.ofNullable(
                content.devices().getOrDefault(device, Map.of()).get(shape));
    }

    /**
     * The same; whoever asks for it must have it.
     *
     * @throws UsageException if there is none; the message says what there is
     */
    Best find(String device, String shape) {
        return best(device, shape).orElseThrow(() -> {
            Map<String, Best> there = content.devices().getOrDefault(device, Map.of());
            return new UsageException(
                    there.isEmpty()
                            ? file + " has nothing for this device (" + device + "): run 'tgpt kernels tune'"
                            : file + " has nothing for " + shape + " on this device, but for "
                                    + String.join(", ", there.keySet()));
        });
    }

    /** Puts a result in the place of what was there, and writes the file. */
    public void put(String device, String shape, Best best) throws IOException {
        content.devices().computeIfAbsent(device, d -> new LinkedHashMap<>()).put(shape, best);
        WholeFile.write(file, (HEAD + mapper().writeValueAsString(content)).getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectMapper mapper() {
        return new ObjectMapper(new YAMLFactory()
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES));
    }
}
