package org.tornadogpt.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;

/**
 * A model on disk: a folder with {@code model.safetensors}, {@code config.json}, {@code tokenizer.json},
 * {@code optimizer.safetensors} (tensors {@code m.NAME} and {@code v.NAME}; only if it was saved from training) and
 * {@code state.json}, which also holds the SHA-256 of the other files and of itself.
 *
 * <p>Opening verifies every file; only a checkpoint that is whole and fits the session changes the session.
 */
public final class Checkpoint {
    static final String MODEL = "model.safetensors";
    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String STATE = "state.json";
    private static final int FORMAT = 1;

    private final Path folder;
    private final Optional<String> note;
    private final ModelConfig config;
    private final Tokenizer tokenizer;
    private final TrainingState state;

    private Checkpoint(
            Path folder, Optional<String> note, ModelConfig config, Tokenizer tokenizer, TrainingState state) {
        this.folder = folder;
        this.note = note;
        this.config = config;
        this.tokenizer = tokenizer;
        this.state = state;
    }

    /** Saves a training session. If this fails or is killed at any moment, the previous checkpoint can still be opened. */
    public static void save(Path folder, Tokenizer tokenizer, TrainingSession session, TrainingState state)
            throws IOException {
        save(folder, tokenizer, session, state, step -> {});
    }

    /** @param observer told what is about to happen, for tests */
    static void save(
            Path folder,
            Tokenizer tokenizer,
            TrainingSession session,
            TrainingState state,
            CheckpointFolder.Observer observer)
            throws IOException {
        List<SafeTensors.Source> moments = new ArrayList<>();
        moments.addAll(sources("m.", session.model(), session.workspace(), session.firstMoment()));
        moments.addAll(sources("v.", session.model(), session.workspace(), session.secondMoment()));
        new CheckpointFolder(folder, observer).replace(files -> {
            files.tensors(MODEL, sources("", session.model(), session.workspace(), session.parameters()));
            files.tensors(OPTIMIZER, moments);
            writeRest(files, session.model(), tokenizer, state);
        });
    }

    /** Saves in {@code folder} what another one holds that was saved from training, as safely as {@link #save(Path, Tokenizer, TrainingSession, TrainingState)} does. */
    public static void copy(Path from, Path folder) throws IOException {
        new CheckpointFolder(folder, step -> {}).replace(files -> {
            for (String name : List.of(MODEL, OPTIMIZER, CONFIG, TOKENIZER, STATE)) {
                files.copy(from.resolve(name));
            }
        });
    }

    /** Saves a model without what training needs. */
    public static void save(Path folder, Tokenizer tokenizer, InferenceSession session, TrainingState state)
            throws IOException {
        new CheckpointFolder(folder, step -> {}).replace(files -> {
            files.tensors(MODEL, sources("", session.model(), session.workspace(), session.parameters()));
            writeRest(files, session.model(), tokenizer, state);
        });
    }

    private static void writeRest(
            CheckpointFolder.Contents files, LanguageModel model, Tokenizer tokenizer, TrainingState state)
            throws IOException {
        files.text(CONFIG, model.config().toJson());
        files.text(TOKENIZER, tokenizer.toJson());
        ObjectNode tree = Json.MAPPER.createObjectNode().put("format", FORMAT);
        tree.set("state", Json.MAPPER.valueToTree(state));
        tree.set("files", files.sums());
        tree.put("sha256", CheckpointFolder.sum(tree.toString()));
        files.text(STATE, Json.write(tree));
    }

    private static List<SafeTensors.Source> sources(
            String prefix, LanguageModel model, Workspace workspace, Tensor flat) {
        workspace.toHost(flat);
        return model.parameters().all().stream()
                .map(p -> new SafeTensors.Source(
                        prefix + p.name(),
                        p.shape(),
                        model.parameters().tensor(p.name(), flat).slice()))
                .toList();
    }

    /** Whether there is something to open: the folder itself, or what a killed save left beside it. */
    public static boolean exists(Path folder) {
        List<Path> places = new ArrayList<>(new CheckpointFolder(folder, step -> {}).candidates());
        places.add(folder); // again: another process may move one to the place that was looked at first
        return places.stream().anyMatch(CheckpointFolder::isWhole);
    }

    /**
     * Opens the checkpoint {@code folder}, or, if a save was killed while it moved folders, the one it left beside it; see
     * {@link #note}.
     *
     * @throws CheckpointException if there is none or it is damaged
     */
    public static Checkpoint open(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return read(folder, Optional.empty());
        }
        CheckpointException failure = null;
        for (Path candidate : new CheckpointFolder(folder, step -> {}).candidates()) {
            if (CheckpointFolder.isWhole(candidate)) {
                try {
                    return read(
                            candidate, Optional.of(folder + " is missing, a save was interrupted; using " + candidate));
                } catch (CheckpointException e) {
                    failure = e;
                }
            }
        }
        throw failure != null ? failure : new CheckpointException("no checkpoint at " + folder);
    }

    private static Checkpoint read(Path folder, Optional<String> note) throws IOException {
        try {
            ObjectNode tree = verifiedState(folder);
            for (Map.Entry<String, JsonNode> file : tree.path("files").properties()) {
                CheckpointFolder.verify(folder.resolve(file.getKey()), file.getValue());
            }
            ModelConfig config = ModelConfig.fromJson(Files.readString(folder.resolve(CONFIG)));
            Tokenizer tokenizer = Tokenizer.fromJson(Files.readString(folder.resolve(TOKENIZER)));
            TrainingState state = Json.MAPPER.treeToValue(tree.path("state"), TrainingState.class);
            return new Checkpoint(folder, note, config, tokenizer, state);
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException("checkpoint " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static ObjectNode verifiedState(Path folder) throws IOException {
        Path file = folder.resolve(STATE);
        if (!Files.exists(file)) {
            throw new CheckpointException(
                    "checkpoint " + folder + " has no " + STATE + ": it is not a whole checkpoint");
        }
        ObjectNode tree;
        try {
            tree = Json.readObject(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + " is damaged: " + e.getMessage(), e);
        }
        JsonNode sum = tree.remove("sha256");
        if (sum == null || !sum.asText().equals(CheckpointFolder.sum(tree.toString()))) {
            throw new CheckpointException(file + " is damaged: its checksum does not fit its contents");
        }
        if (tree.path("format").asInt() != FORMAT) {
            throw new CheckpointException(
                    file + " has format " + tree.path("format") + ", this version reads " + FORMAT);
        }
        return tree;
    }

    /** The folder that was opened. */
    public Path folder() {
        return folder;
    }

    /** What the user should know: that the checkpoint was found under another name than asked for. */
    public Optional<String> note() {
        return note;
    }

    public ModelConfig config() {
        return config;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public TrainingState state() {
        return state;
    }

    /** Whether training can go on from here. */
    public boolean hasOptimizer() {
        return Files.exists(folder.resolve(OPTIMIZER));
    }

    /**
     * Loads parameters and moments.
     *
     * @throws CheckpointException if the model is of another shape (the message names the tensor and both shapes) or has no
     *     optimiser state; the session is then unchanged
     */
    public void restore(TrainingSession session) throws IOException {
        if (!hasOptimizer()) {
            throw new CheckpointException(
                    "checkpoint " + folder + " has no " + OPTIMIZER + ": training cannot go on from it");
        }
        try (SafeTensors model = SafeTensors.open(folder.resolve(MODEL));
                SafeTensors optimizer = SafeTensors.open(folder.resolve(OPTIMIZER))) {
            ParameterLayout layout = session.model().parameters();
            check(MODEL, model, layout, "");
            check(OPTIMIZER, optimizer, layout, "m.", "v.");
            load(model, layout, "", session.parameters(), session.workspace());
            load(optimizer, layout, "m.", session.firstMoment(), session.workspace());
            load(optimizer, layout, "v.", session.secondMoment(), session.workspace());
        }
    }

    /** Loads the parameters; see {@link #restore(TrainingSession)}. */
    public void restore(InferenceSession session) throws IOException {
        try (SafeTensors model = SafeTensors.open(folder.resolve(MODEL))) {
            check(MODEL, model, session.model().parameters(), "");
            load(model, session.model().parameters(), "", session.parameters(), session.workspace());
        }
    }

    private void check(String file, SafeTensors tensors, ParameterLayout layout, String... prefixes)
            throws CheckpointException {
        for (String prefix : prefixes) {
            for (ParameterLayout.Parameter p : layout.all()) {
                SafeTensors.Entry entry = tensors.entry(prefix + p.name());
                if (!entry.shape().equals(p.shape())) {
                    throw new CheckpointException(folder.resolve(file) + ": tensor " + entry.name() + " has shape "
                            + entry.shape() + ", the model needs " + p.shape());
                }
            }
        }
        if (tensors.entries().size() != layout.all().size() * prefixes.length) {
            String surplus = tensors.entries().stream()
                    .map(SafeTensors.Entry::name)
                    .filter(name -> List.of(prefixes).stream()
                            .noneMatch(x -> name.startsWith(x) && layout.has(name.substring(x.length()))))
                    .findFirst()
                    .orElse("(a tied one)");
            throw new CheckpointException(folder.resolve(file) + ": the model has no tensor " + surplus);
        }
    }

    private static void load(
            SafeTensors tensors, ParameterLayout layout, String prefix, Tensor flat, Workspace workspace)
            throws CheckpointException {
        for (ParameterLayout.Parameter p : layout.all()) {
            Slice values = layout.tensor(p.name(), flat).slice();
            tensors.copyInto(prefix + p.name(), values);
        }
        workspace.toDevice(flat);
    }
}
