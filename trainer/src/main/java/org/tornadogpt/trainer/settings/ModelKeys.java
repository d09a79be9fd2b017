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
            key("positions", "how a token's place enters: learned, rotary, none"),
            key("ropeTheta", "base of the angles of rotary positions"),
            key("norm", "before attention, MLP and head: layernorm, rmsnorm"),
            key("normEpsilon", "added to the variance by which is divided"),
            key("activation", "of the MLP: relu, gelu, gelu_tanh, swiglu"),
            key("qkvBias", "bias of the projection to queries, keys and values"),
            key("projectionBias", "bias of the projection out of attention"),
            key("mlpBias", "biases of the MLP"),
            key("headBias", "bias of the output head"),
            key("tiedHead", "whether the output head's weights are the token embedding"),
            key("dropout", "probability, of attention and both residual branches"));

    private ModelKeys() {}

    private static Key key(String name, String about) {
        return new Key(name, Keys.MODEL, "", about);
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
        Class<?> type = Arrays.stream(GptConfig.class.getRecordComponents())
                .filter(component -> component.getName().equals(key))
                .findFirst()
                .orElseThrow()
                .getType();
        if (type == int.class) {
            Check.that(value.matches("\\d{1,9}"), key, "a whole number", "'" + value + "'");
        } else if (type == boolean.class) {
            Check.that(
                    value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false"),
                    key,
                    "true or false",
                    "'" + value + "'");
        } else if (type.isEnum()) {
            List<String> names = Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                    .toList();
            Check.that(
                    names.contains(value.toLowerCase(Locale.ROOT)), key, String.join(" or ", names), "'" + value + "'");
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
