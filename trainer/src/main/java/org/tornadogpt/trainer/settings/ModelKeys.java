package org.tornadogpt.trainer.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;

/** The keys that change an architecture. Their names are those of {@code config.json} in a checkpoint. */
final class ModelKeys {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<Key> KEYS = List.of(
            key("layers", "blocks (L)"),
            key("channels", "width of the residual stream (C)"),
            key("heads", "query heads (H), a divisor of channels"),
            key("kvHeads", "key/value heads, a divisor of heads; follows heads unless set"),
            key("mlpHidden", "hidden width of the MLP; follows channels unless set"),
            key("positions", "how a token's place enters"),
            key("ropeTheta", "base of the angles of rotary positions"),
            key("norm", "normalisation before attention, MLP and head"),
            key("normEpsilon", "added to the variance by which is divided"),
            key("activation", "non-linearity of the MLP"),
            key("qkvBias", "bias of the projection to queries, keys and values"),
            key("projectionBias", "bias of the projection out of attention"),
            key("mlpBias", "biases of the MLP"),
            key("headBias", "bias of the output head"),
            key("tiedHead", "whether the output head's weights are the token embedding"),
            key("dropout", "probability, of attention and both residual branches"));

    private ModelKeys() {}

    private static Key key(String name, String about) {
        return new Key(name, Keys.MODEL, "", about, choices(type(name)));
    }

    /** The type of the architecture's component of that name. */
    private static Class<?> type(String key) {
        return Arrays.stream(GptConfig.class.getRecordComponents())
                .filter(component -> component.getName().equals(key))
                .findFirst()
                .orElseThrow()
                .getType();
    }

    /** All values of a type; empty for numbers. */
    private static List<String> choices(Class<?> type) {
        if (type == boolean.class) {
            return List.of("true", "false");
        }
        return type.isEnum()
                ? Arrays.stream(type.getEnumConstants())
                        .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                        .toList()
                : List.of();
    }

    static List<Key> keys() {
        return KEYS;
    }

    /**
     * The architecture with what was set.
     *
     * @throws UsageException for a setting that it does not have or that does not fit the others
     */
    static ModelConfig apply(ModelConfig architecture, Values values) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("blockSize", String.valueOf(values.integer("block")));
        for (Key key : KEYS) {
            values.get(key.name()).ifPresent(value -> settings.put(key.name(), checked(key.name(), value.strip())));
        }
        try {
            if (architecture instanceof GptConfig gpt) {
                follow(settings, "channels", gpt.channels(), "mlpHidden", gpt.mlpHidden());
                follow(settings, "heads", gpt.heads(), "kvHeads", gpt.kvHeads());
            }
            return architecture.with(settings);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** The value, if it is of the key's type. */
    private static String checked(String key, String value) {
        Class<?> type = type(key);
        List<String> choices = choices(type);
        if (type == int.class) {
            Check.that(value.matches("\\d{1,9}"), key, "a whole number", "'" + value + "'");
        } else if (!choices.isEmpty()) {
            String folded = type.isEnum() ? value.toLowerCase(Locale.ROOT) : value;
            Check.that(choices.contains(folded), key, String.join(" or ", choices), "'" + value + "'");
        } else {
            Values alone = new Values();
            alone.set(key, value);
            alone.number(key);
        }
        return value;
    }

    /** Keeps the ratio of {@code follower} to {@code leader} where only the leader was set. */
    private static void follow(
            Map<String, String> settings, String leader, int oldLeader, String follower, int oldFollower) {
        String value = settings.get(leader);
        if (value != null && !settings.containsKey(follower)) {
            long followed = Long.parseLong(value) * oldFollower / oldLeader;
            settings.put(
                    follower, String.valueOf(Math.min(Integer.MAX_VALUE, followed))); // more is refused all the same
        }
    }

    /** What each key has come to in this architecture; keys that it does not have are absent. */
    static Map<String, String> read(ModelConfig config) {
        try {
            JsonNode tree = JSON.readTree(config.toJson());
            Map<String, String> values = new LinkedHashMap<>();
            for (Key key : KEYS) {
                if (tree.has(key.name())) {
                    values.put(key.name(), tree.get(key.name()).asText());
                }
            }
            return values;
        } catch (IOException e) {
            throw new IllegalStateException("a model configuration is not JSON", e);
        }
    }
}
