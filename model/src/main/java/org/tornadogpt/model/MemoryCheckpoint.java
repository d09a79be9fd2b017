package org.tornadogpt.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.layer.ParameterLayout;

/** A checkpoint whose files are in memory, such as one that a stranger has sent. It is checked as one on disk is. */
public final class MemoryCheckpoint {
    private static final int LARGEST_SETTINGS = 1 << 24;

    private final ModelConfig config;
    private final Tokenizer tokenizer;
    private final byte[] model;

    private MemoryCheckpoint(ModelConfig config, Tokenizer tokenizer, byte... model) {
        this.config = config;
        this.tokenizer = tokenizer;
        this.model = model;
    }

    /**
     * Reads model, configuration and tokenizer; where there is a {@code state.json}, their checksums are compared.
     *
     * @throws CheckpointException if a file is missing or damaged, or they do not fit each other
     */
    public static MemoryCheckpoint read(Map<String, byte[]> files) throws IOException {
        for (String name : List.of(Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER)) {
            if (!files.containsKey(name)) {
                throw new CheckpointException("there is no " + name + " among the files");
            }
        }
        try {
            verify(files);
            ModelConfig config = ModelConfig.fromJson(text(files, Checkpoint.CONFIG));
            Tokenizer tokenizer = Tokenizer.fromJson(text(files, Checkpoint.TOKENIZER));
            MemoryCheckpoint checkpoint = new MemoryCheckpoint(config, tokenizer, files.get(Checkpoint.MODEL));
            checkpoint.check();
            return checkpoint;
        } catch (CheckpointException e) {
            throw e;
        } catch (ArithmeticException e) {
            throw new CheckpointException(Checkpoint.CONFIG + " asks for sizes that no array can have", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException("the files cannot be read: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, byte[]> files, String name) throws CheckpointException {
        if (files.get(name).length > LARGEST_SETTINGS) {
            throw new CheckpointException(name + " is too long to be one");
        }
        return new String(files.get(name), StandardCharsets.UTF_8);
    }

    private static void verify(Map<String, byte[]> files) throws CheckpointException {
        if (!files.containsKey(Checkpoint.STATE)) {
            return;
        }
        var noted = Json.readObject(text(files, Checkpoint.STATE)).path("files");
        for (String name : List.of(Checkpoint.MODEL, Checkpoint.CONFIG, Checkpoint.TOKENIZER)) {
            String sum = HexFormat.of().formatHex(CheckpointManifest.sha256().digest(files.get(name)));
            if (!sum.equals(noted.path(name).path("sha256").asText())) {
                throw new CheckpointException(name + " is damaged: its checksum is not the one in " + Checkpoint.STATE);
            }
        }
    }

    private void check() throws IOException {
        if (tokenizer.vocabularySize() != config.vocabularySize()) {
            throw new CheckpointException(Checkpoint.TOKENIZER + " has " + tokenizer.vocabularySize()
                    + " tokens, the model " + config.vocabularySize());
        }
        if (config.blockSize() > Checkpoint.LONGEST_BLOCK) {
            throw new CheckpointException(Checkpoint.CONFIG + " asks for a block of " + config.blockSize()
                    + " tokens, more than the " + Checkpoint.LONGEST_BLOCK + " that are read");
        }
        try (SafeTensors tensors = SafeTensors.of(Checkpoint.MODEL, model)) {
            if (config instanceof GptConfig gpt
                    && gpt.layers() > tensors.entries().size()) {
                throw new CheckpointException(Checkpoint.CONFIG + " asks for more layers than there are tensors");
            }
            List<ParameterLayout.Parameter> parameters =
                    config.model().parameters().all();
            for (ParameterLayout.Parameter p : parameters) {
                if (!tensors.entry(p.name()).shape().equals(p.shape())) {
                    throw new CheckpointException("tensor " + p.name() + " has shape "
                            + tensors.entry(p.name()).shape() + ", the model needs " + p.shape());
                }
            }
            if (tensors.entries().size() != parameters.size()) {
                throw new CheckpointException(Checkpoint.MODEL + " has tensors that the model has not");
            }
            tensors.checkFinite();
        }
    }

    public ModelConfig config() {
        return config;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Loads the parameters. */
    public void restore(Weights weights) throws IOException {
        try (SafeTensors tensors = SafeTensors.of(Checkpoint.MODEL, model)) {
            ParameterLayout layout = weights.model().parameters();
            for (ParameterLayout.Parameter p : layout.all()) {
                tensors.copyInto(
                        p.name(), layout.tensor(p.name(), weights.flat()).slice());
            }
            weights.changed();
        }
    }
}
