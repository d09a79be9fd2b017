package org.tornadogpt.trainer.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** YAML files of {@code key: value} lines; {@code kernels} holds {@code operation: variant} lines of its own. */
public final class ConfigFile {
    private static final String KERNELS = "kernels";

    /** Written for the reader and to tell whether the data are still the same; not a setting. */
    private static final String FACTS = "facts";

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .build());
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What a file holds.
     *
     * @param values what is set
     * @param facts what was found when the run began
     */
    public record Content(Values values, Map<String, String> facts) {}

    private ConfigFile() {}

    /**
     * Reads a file.
     *
     * @throws UsageException if the file is missing, is not YAML or has an unknown key
     */
    public static Content read(Path file) {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (!tree.isObject()) {
                throw new UsageException(file + " does not consist of 'key: value' lines");
            }
            return content(file, tree);
        } catch (NoSuchFileException e) {
            throw new UsageException("no configuration file " + file, e);
        } catch (JsonProcessingException e) {
            throw new UsageException(
                    file + " is not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Content content(Path file, JsonNode tree) {
        Values values = new Values();
        Map<String, String> facts = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            if (entry.getKey().equals(KERNELS)) {
                entry.getValue()
                        .properties()
                        .forEach(k ->
                                values.setKernel(k.getKey() + "=" + k.getValue().asText()));
            } else if (entry.getKey().equals(FACTS)) {
                entry.getValue()
                        .properties()
                        .forEach(f -> facts.put(f.getKey(), f.getValue().asText()));
            } else if (entry.getValue().isValueNode()) {
                values.set(entry.getKey(), entry.getValue().asText());
            } else {
                throw new UsageException(file + ": " + entry.getKey() + " must be a single value");
            }
        }
        return new Content(values, facts);
    }

    /** The file's text: every key under its group, with what it means. */
    public static String write(Content content) {
        StringBuilder text = new StringBuilder("# Repeat this run: tgpt train --config THIS_FILE\n");
        String group = "";
        for (Key key : Keys.all()) {
            if (content.values().get(key.name()).isEmpty()) {
                continue;
            }
            if (!key.group().equals(group)) {
                group = key.group();
                text.append("\n# ").append(group).append('\n');
            }
            String line =
                    key.name() + ": " + scalar(content.values().get(key.name()).get());
            text.append(String.format("%-32s # %s%n", line, key.about()));
        }
        section(text, KERNELS, content.values().kernels());
        section(text, FACTS, content.facts());
        return text.toString();
    }

    private static void section(StringBuilder text, String name, Map<String, String> entries) {
        if (entries.isEmpty()) {
            return;
        }
        text.append('\n').append(name).append(":\n");
        entries.forEach((key, value) ->
                text.append("  ").append(key).append(": ").append(scalar(value)).append('\n'));
    }

    /** Plain where that is safe, else in double quotes, where YAML reads what JSON writes. */
    private static String scalar(String value) {
        if (value.matches("[A-Za-z0-9/][A-Za-z0-9._/+-]*")) {
            return value;
        }
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string cannot be written as JSON", e);
        }
    }
}
