package org.tornadogpt.model.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The one JSON mapper of this module: strict reading, indented writing, enums in lower case. A key that occurs twice, a
 * number in quotes and a {@code null} document are errors.
 */
public final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private Json() {}

    /** As text that ends with a line feed. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads text; see the class. */
    public static <T> T read(String json, Class<T> type) {
        try {
            return present(MAPPER.readValue(json, type));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(reason(e), e);
        }
    }

    /** Reads a tree; see the class. */
    public static <T> T read(JsonNode tree, Class<T> type) {
        try {
            return present(MAPPER.treeToValue(tree, type));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(reason(e), e);
        }
    }

    private static <T> T present(T value) {
        if (value == null) {
            throw new IllegalArgumentException("expected a JSON object, got null");
        }
        return value;
    }

    /**
     * The text of a file that somebody else may have written.
     *
     * @throws IllegalArgumentException if it is not UTF-8
     */
    public static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8 text", e);
        }
    }

    /** Reads text that must be a JSON object. */
    public static ObjectNode readObject(String json) {
        JsonNode node = read(json, JsonNode.class);
        if (!(node instanceof ObjectNode object)) {
            throw new IllegalArgumentException("expected a JSON object");
        }
        return object;
    }

    public static <T> T with(T value, Class<T> type, Map<String, String> settings) {
        ObjectNode tree = MAPPER.valueToTree(value);
        settings.forEach((name, text) -> {
            JsonNode old = tree.get(name);
            if (old == null || name.equals("kind")) {
                List<String> known = new ArrayList<>();
                tree.fieldNames().forEachRemaining(known::add);
                known.remove("kind");
                throw new IllegalArgumentException(
                        "unknown setting '" + name + "'; there are " + String.join(", ", known));
            }
            tree.set(name, parse(name, text, old));
        });
        return read(tree, type);
    }

    private static JsonNode parse(String name, String text, JsonNode old) {
        try {
            if (old.isIntegralNumber()) {
                return MAPPER.getNodeFactory().numberNode(Integer.parseInt(text.strip()));
            }
            if (old.isNumber()) {
                return MAPPER.getNodeFactory().numberNode(Float.parseFloat(text.strip()));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    name + ": '" + text + "' is not " + (old.isIntegralNumber() ? "an integer" : "a number"), e);
        }
        if (old.isBoolean()) {
            return switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "true" -> MAPPER.getNodeFactory().booleanNode(true);
                case "false" -> MAPPER.getNodeFactory().booleanNode(false);
                default -> throw new IllegalArgumentException(name + ": '" + text + "' is neither true nor false");
            };
        }
        return MAPPER.getNodeFactory().textNode(text.strip());
    }

    /** What a record's constructor objected to, or what Jackson did, in one line. */
    public static String reason(JsonProcessingException e) {
        Throwable cause = e.getCause();
        String message = cause instanceof IllegalArgumentException ? cause.getMessage() : e.getOriginalMessage();
        return message.lines().findFirst().orElse("unreadable JSON");
    }
}
