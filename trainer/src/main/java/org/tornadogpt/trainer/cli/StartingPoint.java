package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.ModelConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfImport;
import org.tornadogpt.model.bridge.Transfer;
import org.tornadogpt.trainer.settings.Key;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.RunFolder;

/** The model that a run begins with: of a run, of a checkpoint, or of another program. */
final class StartingPoint implements AutoCloseable {
    private static final String TOKENIZER = "tokenizer";
    private static final String BLOCK = "block";

    /** A model may be gone on with under another. */
    private static final List<String> MAY_DIFFER = List.of("dropout");

    private final Path folder;
    private final Checkpoint checkpoint;
    private final HfImport imported;

    private StartingPoint(Path folder, Checkpoint checkpoint, HfImport imported) {
        this.folder = folder;
        this.checkpoint = checkpoint;
        this.imported = imported;
    }

    /** @throws UsageException if there is no model */
    static StartingPoint open(String name) throws IOException {
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageException("--from: " + e.getMessage(), e);
        }
        if (Files.exists(path.resolve("config.yaml"))) {
            Path folder = RunFolder.forUse(path);
            return new StartingPoint(folder, Checkpoint.open(folder), null);
        }
        if (Checkpoint.exists(path)) {
            return new StartingPoint(path, Checkpoint.open(path), null);
        }
        if (Files.exists(path.resolve("config.json"))) {
            return new StartingPoint(path, null, HfImport.open(path, null, 0));
        }
        throw new UsageException("no model at '" + name + "': --from takes a run's folder, a checkpoint's, or one that"
                + " transformers wrote; with --resume, last or best");
    }

    private ModelConfig config() {
        return checkpoint == null ? imported.config() : checkpoint.config();
    }

    Tokenizer tokenizer() {
        return checkpoint == null ? imported.tokenizer() : checkpoint.tokenizer();
    }

    /**
     * The values with the architecture and, unless another was given, the tokenizer of this model.
     *
     * @throws UsageException if a given value contradicts the architecture
     */
    Values settings(Values given) throws IOException {
        if (!(config() instanceof GptConfig gpt)) {
            throw new UsageException("a model of kind " + config().kind() + " cannot be gone on with by --from");
        }
        Values values = new Values();
        values.putAll(given);
        JsonNode tree = new ObjectMapper().readTree(gpt.toJson());
        List<String> names = Keys.all().stream().map(Key::name).toList();
        for (Map.Entry<String, JsonNode> setting : tree.properties()) {
            String key = setting.getKey();
            String value = setting.getValue().asText();
            Optional<String> asked = given.get(key);
            if (!names.contains(key) || (asked.isPresent() && MAY_DIFFER.contains(key))) {
                continue;
            }
            if (asked.isPresent() && !asked.get().strip().equalsIgnoreCase(value)) {
                throw new UsageException("the model in " + folder + " has " + key + "=" + value + ", it cannot be "
                        + asked.get() + ": leave it out");
            }
            values.set(key, value);
        }
        if (given.get(BLOCK).isEmpty()) {
            values.set(BLOCK, String.valueOf(gpt.blockSize()));
        }
        if (given.get(TOKENIZER).isEmpty()) {
            values.set(
                    TOKENIZER, folder.resolve("tokenizer.json").toAbsolutePath().toString());
        }
        return values;
    }

    /** The model's tokenizer; null if {@code values} name another. */
    Tokenizer inherited(Values values) {
        String own = folder.resolve("tokenizer.json").toAbsolutePath().toString();
        return values.get(TOKENIZER).orElse("").equals(own) ? tokenizer() : null;
    }

    /** The model's parameters. */
    Weights weights(Device device) throws IOException {
        Weights own = new Weights(config().model(), device);
        if (checkpoint == null) {
            imported.load(own);
        } else {
            checkpoint.restore(own);
        }
        return own;
    }

    /**
     * Sets the parameters of a new run's model.
     *
     * @return what became of them, for the user
     */
    String load(Weights weights, Tokenizer newTokenizer) throws IOException {
        Weights own = weights(weights.device());
        try {
            return "begins with " + folder + "; "
                    + Transfer.run(own, tokenizer(), weights, newTokenizer).describe();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (imported != null) {
            imported.close();
        }
    }
}
