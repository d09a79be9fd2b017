package org.tornadogpt.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.tornadogpt.model.internal.Json;

/**
 * The architecture of a model: everything that decides its parameters and what it computes, nothing about its training.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = GptConfig.class, name = Gpt.KIND),
    @JsonSubTypes.Type(value = BigramConfig.class, name = Bigram.KIND)
})
public sealed interface ModelConfig permits GptConfig, BigramConfig {
    /** {@code gpt} or {@code bigram}. */
    String kind();

    int vocabularySize();

    /** Longest context, T. */
    int blockSize();

    ModelConfig withVocabulary(int vocabularySize);

    /** The model of this architecture. */
    LanguageModel model();

    /**
     * This configuration with some settings replaced, each given as text under its JSON name, for example {@code
     * dropout=0.1}.
     *
     * @throws IllegalArgumentException for an unknown name (the message lists the known ones) or a value that does not
     *     fit
     */
    default ModelConfig with(Map<String, String> settings) {
        return Json.with(this, ModelConfig.class, settings);
    }

    /** As JSON text, for {@code config.json}. */
    default String toJson() {
        return Json.write(this);
    }

    /**
     * The reverse of {@link #toJson}. Unknown settings are errors, and so are missing ones but those that came later
     * than the first version: they have their defaults.
     */
    static ModelConfig fromJson(String json) {
        ObjectNode tree = Json.readObject(json);
        if (tree.path("kind").asText().equals(Gpt.KIND)) {
            GptConfig.addDefaults(tree);
        }
        return Json.read(tree, ModelConfig.class);
    }
}
