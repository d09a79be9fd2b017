package org.tornadogpt.model.bridge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.model.tokenizer.TokenizerFile;

/** Writes a folder that Hugging Face's {@code transformers} loads: the model, its configuration, its tokenizer. */
public final class HfFolder {
    private HfFolder() {}

    /** The model's tensors under the names that they have there. */
    static List<Placement> placements(GptConfig config) {
        return Family.of(config) == Family.LLAMA
                ? LlamaNames.placements(config)
                : Gpt2Names.placements(config, Gpt2Names.PREFIX);
    }

    /**
     * Whether a model and its tokenizer can be written so.
     *
     * @throws IllegalArgumentException if not; the message names what is in the way
     */
    public static void check(ModelConfig config, Tokenizer tokenizer) {
        Family.check(config);
        if (!TokenizerFile.isCommon(tokenizer)) {
            throw new IllegalArgumentException(
                    "the tokenizer has surrogates without their partners, which no tokenizer.json can hold");
        }
    }

    /** Writes the folder, which must not be there or be empty. */
    public static void write(Path folder, ModelConfig config, Tokenizer tokenizer, Parameters parameters)
            throws IOException {
        check(config, tokenizer);
        GptConfig gpt = Family.check(config);
        NewFiles.folder(folder, path -> {
            TensorWriter.write(path.resolve("model.safetensors"), placements(gpt), parameters, Map.of("format", "pt"));
            text(path, "config.json", HfConfig.write(gpt, end(tokenizer)));
            text(path, "tokenizer.json", tokenizer.toJson());
            text(path, "tokenizer_config.json", tokenizerConfig(gpt, tokenizer));
        });
    }

    private static Integer end(Tokenizer tokenizer) {
        return tokenizer.endOfText() >= 0 ? tokenizer.endOfText() : null;
    }

    private static void text(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }

    private static String tokenizerConfig(GptConfig config, Tokenizer tokenizer) {
        ObjectNode tree = Json.MAPPER
                .createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", config.blockSize());
        Integer end = end(tokenizer);
        if (end != null) {
            String text = tokenizer.decode(new int[] {end});
            tree.put("bos_token", text).put("eos_token", text).put("unk_token", text);
        }
        return Json.write(tree);
    }
}
