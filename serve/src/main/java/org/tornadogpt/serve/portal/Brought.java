package org.tornadogpt.serve.portal;

import java.io.IOException;
import java.util.Map;
import org.tornadogpt.model.CheckpointException;
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
            if (HfImport.isForeign(files)) {
                HfImport imported = HfImport.open(files);
                return new Brought(imported.config(), imported.tokenizer(), imported::load);
            }
            MemoryCheckpoint checkpoint = MemoryCheckpoint.read(files);
            return new Brought(checkpoint.config(), checkpoint.tokenizer(), checkpoint::restore);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }
}
