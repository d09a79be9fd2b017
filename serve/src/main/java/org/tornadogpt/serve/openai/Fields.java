package org.tornadogpt.serve.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.tornadogpt.serve.http.ApiException;

/** Reads the fields of a request; null counts as absent, as in OpenAI's clients. */
public final class Fields {
    private final ObjectNode tree;

    /** The fields of {@code tree}. */
    public Fields(ObjectNode tree) {
        this.tree = tree;
    }

    /** The value, or null. */
    public JsonNode get(String name) {
        JsonNode value = tree.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A text; an error where there is none. */
    public String text(String name) throws ApiException {
        JsonNode value = get(name);
        if (value == null || !value.isTextual()) {
            throw ApiException.invalid(name, name + " must be a string");
        }
        return value.asText();
    }

    /** A number within bounds. */
    public double number(String name, double usual, double least, double most) throws ApiException {
        JsonNode value = get(name);
        if (value == null) {
            return usual;
        }
        if (!value.isNumber() || !(value.asDouble() >= least && value.asDouble() <= most)) {
            throw ApiException.invalid(
                    name, name + " must be a number from " + least + " to " + most + ", not " + shown(value));
        }
        return value.asDouble();
    }

    /** A whole number within bounds. */
    public int integer(String name, int usual, int least, int most) throws ApiException {
        JsonNode value = get(name);
        if (value == null) {
            return usual;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw ApiException.invalid(
                    name, name + " must be a whole number from " + least + " to " + most + ", not " + shown(value));
        }
        return value.asInt();
    }

    /** A seed. */
    public OptionalLong seed() throws ApiException {
        JsonNode value = get("seed");
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw ApiException.invalid("seed", "seed must be a whole number of 64 bits, not " + shown(value));
        }
        return OptionalLong.of(value.asLong());
    }

    /** Yes or no. */
    public boolean flag(String name) throws ApiException {
        JsonNode value = get(name);
        if (value != null && !value.isBoolean()) {
            throw ApiException.invalid(name, name + " must be true or false, not " + shown(value));
        }
        return value != null && value.asBoolean();
    }

    /** One string or several. */
    public List<String> strings(String name, int most) throws ApiException {
        JsonNode value = get(name);
        List<String> strings = new ArrayList<>();
        if (value == null) {
            return strings;
        }
        for (JsonNode item : value.isArray() ? value : List.of(value)) {
            if (!item.isTextual() || item.asText().isEmpty()) {
                throw ApiException.invalid(name, name + " must be a string or strings, none empty");
            }
            strings.add(item.asText());
        }
        if (strings.size() > most) {
            throw ApiException.invalid(name, name + " may hold " + most + " strings, not " + strings.size());
        }
        return strings;
    }

    /** Refuses a field that asks for something that is not done here. */
    public void refuse(String name, String... harmless) throws ApiException {
        JsonNode value = get(name);
        boolean asks = value != null
                && !(value.isContainerNode() && value.isEmpty())
                && !List.of(harmless).contains(value.isTextual() ? value.asText() : value.toString());
        if (asks) {
            throw ApiException.invalid(name, "unsupported_parameter", name + " is not supported by this server");
        }
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }
}
