package org.tornadogpt.serve.portal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.Json;
import org.tornadogpt.model.MemoryCheckpoint;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfImport;

/**
 * A model that a visitor brings, of this program or of Hugging Face's {@code transformers}, checked as any file of
 * strangers.
 *
 * @param loading sets the parameters of a model of {@code config}
 */
record Brought(ModelConfig config, Tokenizer tokenizer, Loading loading) {
    private static final String CONFIG = "config.json";
    private static final int LARGEST_CONFIG = 1 << 24;

    @FunctionalInterface
    interface Loading {
        void load(Weights weights) throws IOException;
    }

    /**
     * Reads the files of one folder.
     *
     * @throws IOException that says what is missing, damaged, or does not fit
     */
    static Brought read(Map<String, byte[]> files) throws IOException {
        try {
            if (isForeign(files)) {
                HfImport imported = HfImport.open(files);
                return new Brought(imported.config(), imported.tokenizer(), imported::load);
            }
            MemoryCheckpoint checkpoint = MemoryCheckpoint.read(files);
            return new Brought(checkpoint.config(), checkpoint.tokenizer(), checkpoint::restore);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    /** {@code transformers} says which of its types a model is, this program says its kind. */
    private static boolean isForeign(Map<String, byte[]> files) {
        byte[] config = files.getOrDefault(CONFIG, new byte[0]);
        if (config.length == 0 || config.length > LARGEST_CONFIG) {
            return false; // which is told by who reads it
        }
        return Json.readObject(new String(config, StandardCharsets.UTF_8)).has("model_type");
    }
}
