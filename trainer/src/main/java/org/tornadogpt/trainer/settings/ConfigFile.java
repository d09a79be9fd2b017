package org.tornadogpt.trainer.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.InputFile;

/** YAML files of {@code key: value} lines; {@code kernels} holds {@code operation: variant} lines of its own. */
public final class ConfigFile {
    private static final String KERNELS = "kernels";

    /** Written for the reader and to tell whether the data are still the same; not a setting. */
    private static final String FACTS = "facts";

    /** More than any file of settings has. */
    private static final int LARGEST = 1 << 20;

    private static final YAMLFactory YAML = new YAMLFactory();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Words that YAML takes for something else than text. */
    private static final Set<String> WORDS =
            Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf");

    /** Keys whose values are text, and may look like a number. */
    private static final Set<String> TEXTS = Set.of("data", "samplePrompt", "tokenizer", "lora");

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
        try (YAMLParser yaml = YAML.createParser(text(file))) {
            if (yaml.nextToken() != JsonToken.START_OBJECT) {
                throw new UsageException(file + " does not consist of 'key: value' lines");
            }
            Map<String, Object> tree = tree(yaml);
            if (yaml.nextToken() != null) {
                throw new UsageException(file + " holds more than one document");
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

    private static String text(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        try (InputStream in = InputFile.open(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UsageException(file + " has more than " + LARGEST + " bytes: it is no configuration file");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (DataException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /**
     * A string, a map or, for anything else, null for each key. Scalars are taken letter by letter: what YAML would
     * make of {@code 007} or {@code 1.50} is not what was written.
     */
    private static Map<String, Object> tree(YAMLParser yaml) throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (String key = yaml.nextFieldName(); key != null; key = yaml.nextFieldName()) {
            JsonToken token = yaml.nextToken();
            if (token == JsonToken.START_OBJECT) {
                tree.put(key, tree(yaml));
            } else {
                tree.put(key, token.isScalarValue() ? yaml.getText() : null);
                yaml.skipChildren();
            }
        }
        return tree;
    }

    private static Content content(Path file, Map<String, Object> tree) {
        Values values = new Values();
        Map<String, String> facts = new TreeMap<>();
        tree.forEach((key, value) -> {
            if (key.equals(KERNELS)) {
                section(file, key, value, (operation, variant) -> values.setKernel(operation + "=" + variant));
            } else if (key.equals(FACTS)) {
                section(file, key, value, facts::put);
            } else {
                values.set(key, scalar(file, key, value));
            }
        });
        fillInWhatEarlierVersionsDid(values, facts);
        return new Content(values, facts);
    }

    private static void section(Path file, String name, Object value, BiConsumer<String, String> entry) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new UsageException(file + ": " + name + " must hold 'key: value' lines");
        }
        map.forEach((key, inner) -> entry.accept(key.toString(), scalar(file, name + "." + key, inner)));
    }

    private static String scalar(Path file, String key, Object value) {
        if (!(value instanceof String text)) {
            throw new UsageException(file + ": " + key + " must be a single value");
        }
        return text;
    }

    /**
     * A run that was made before there was a choice keeps the text that it had: line ends as they were, and zips with
     * the files whose names begin with a dot. Only a run's own file has facts.
     */
    private static void fillInWhatEarlierVersionsDid(Values values, Map<String, String> facts) {
        if (facts.isEmpty() || values.get("keepLineEndings").isPresent()) {
            return;
        }
        values.set("keepLineEndings", "true");
        String data = values.get("data").orElse("").toLowerCase(Locale.ROOT);
        values.set("hiddenFiles", String.valueOf(data.endsWith(".zip") || data.endsWith(".jar")));
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
                    key.name() + ": " + scalar(content.values().get(key.name()).get(), TEXTS.contains(key.name()));
            text.append(String.format(Locale.ROOT, "%-32s # %s%n", line, key.about()));
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
        entries.forEach((key, value) -> text.append("  ")
                .append(key)
                .append(": ")
                .append(scalar(value, true))
                .append('\n'));
    }

    /**
     * Plain where every reader of YAML takes it for the same, else in double quotes, where YAML reads what JSON writes.
     */
    private static String scalar(String value, boolean text) {
        boolean word = value.matches("[A-Za-z/][A-Za-z0-9._/+-]*") && !WORDS.contains(value.toLowerCase(Locale.ROOT));
        boolean truth = value.equals("true") || value.equals("false");
        boolean number = value.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");
        return word || (!text && (truth || number)) ? value : quoted(value);
    }

    private static String quoted(String value) {
        try {
            StringBuilder quoted = new StringBuilder();
            JSON.writeValueAsString(value).codePoints().forEach(c -> {
                boolean printable = c < 0x7F || Character.isLetterOrDigit(c) || Character.isSupplementaryCodePoint(c);
                quoted.append(printable ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", c));
            });
            return quoted.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string cannot be written as JSON", e);
        }
    }
}
