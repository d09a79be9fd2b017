package org.tornadogpt.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.kernels.memory.Tensor;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.layer.Parameters;
import org.tornadogpt.model.lora.Adapters;

/**
 * A model on disk: a folder with {@code model.safetensors}, {@code config.json}, {@code tokenizer.json},
 * {@code optimizer.safetensors} (tensors {@code m.NAME} and {@code v.NAME}; only if it was saved from training) and
 * {@code state.json}, which also holds the SHA-256 of the other files and of itself. Where training averages weights
 * the model is the average, and the weights that training goes on with are tensors {@code w.NAME} of the optimizer's.
 * Where adapters were trained, {@code adapters.safetensors} takes the optimizer's place: their values and both moments.
 *
 * <p>Opening verifies every file; only a checkpoint that is whole and fits the session changes the session.
 */
public final class Checkpoint {
    static final String MODEL = "model.safetensors";
    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String ADAPTERS = "adapters.safetensors";
    static final String STATE = "state.json";

    /** Longest context of a file: where places have no tensor, nothing else bounds what it can ask for. */
    static final int LONGEST_BLOCK = 1 << 20;

    private static final String FIRST_MOMENT = "m.";
    private static final String SECOND_MOMENT = "v.";
    private static final String WEIGHTS = "w.";

    private final Path folder;
    private final Optional<String> note;
    private final ModelConfig config;
    private final Tokenizer tokenizer;
    private final TrainingState state;
    private final boolean hasOptimizer;

    private Checkpoint(
            Path folder,
            Optional<String> note,
            ModelConfig config,
            Tokenizer tokenizer,
            TrainingState state,
            boolean hasOptimizer) {
        this.folder = folder;
        this.note = note;
        this.config = config;
        this.tokenizer = tokenizer;
        this.state = state;
        this.hasOptimizer = hasOptimizer;
    }

    /**
     * Saves a training session. If this fails or is killed at any moment, the previous checkpoint can still be opened.
     */
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
        TrainingSession.Moments whole = session.moments()
                .orElseThrow(() -> new IllegalStateException("the moments are brought together in another process"));
        Adapters adapters = session.adapters();
        ParameterLayout layout = adapters == null ? session.model().parameters() : adapters.layout();
        List<SafeTensors.Source> trained = new ArrayList<>();
        if (adapters != null) {
            session.workspace().toHost(adapters.values());
            trained.addAll(sources("", layout, adapters.values()));
        }
        trained.addAll(sources(FIRST_MOMENT, layout, whole.first()));
        trained.addAll(sources(SECOND_MOMENT, layout, whole.second()));
        if (session.isAveraged()) {
            trained.addAll(sources(WEIGHTS, session.weights()));
        }
        new CheckpointFolder(folder, observer).replace(files -> {
            files.tensors(MODEL, sources("", session.averages()));
            files.tensors(adapters == null ? OPTIMIZER : ADAPTERS, trained);
            writeRest(files, session.model(), tokenizer, state);
        });
    }

    /**
     * Saves in {@code folder} what another one holds that was saved from training, as safely as {@link #save(Path,
     * Tokenizer, TrainingSession, TrainingState)} does.
     */
    public static void copy(Path from, Path folder) throws IOException {
        new CheckpointFolder(folder, step -> {}).replace(files -> {
            for (String name : List.of(MODEL, OPTIMIZER, ADAPTERS, CONFIG, TOKENIZER, STATE)) {
                if (Files.exists(from.resolve(name))) {
                    files.copy(from.resolve(name));
                }
            }
        });
    }

    /** Saves a model without what training needs. */
    public static void save(Path folder, Tokenizer tokenizer, Weights weights, TrainingState state) throws IOException {
        new CheckpointFolder(folder, step -> {}).replace(files -> {
            files.tensors(MODEL, sources("", weights));
            writeRest(files, weights.model(), tokenizer, state);
        });
    }

    private static void writeRest(
            CheckpointFolder.Contents files, LanguageModel model, Tokenizer tokenizer, TrainingState state)
            throws IOException {
        files.text(CONFIG, model.config().toJson());
        files.text(TOKENIZER, tokenizer.toJson());
        files.text(STATE, CheckpointManifest.write(state, files.sums()));
    }

    private static List<SafeTensors.Source> sources(String prefix, Weights weights) {
        weights.toHost();
        return sources(prefix, weights.model().parameters(), weights.flat());
    }

    private static List<SafeTensors.Source> sources(String prefix, ParameterLayout layout, Tensor flat) {
        return layout.all().stream()
                .map(p -> new SafeTensors.Source(
                        prefix + p.name(),
                        p.shape(),
                        layout.tensor(p.name(), flat).slice()))
                .toList();
    }

    /** Whether there is something to open: the folder itself, or what a killed save left beside it. */
    public static boolean exists(Path folder) {
        List<Path> places = new ArrayList<>(new CheckpointFolder(folder, step -> {}).candidates());
        places.add(folder); // again: another process may move one to the place that was looked at first
        return places.stream().anyMatch(CheckpointFolder::isWhole);
    }

    /**
     * Opens the checkpoint {@code folder}, or, if a save was killed while it moved folders, the one it left beside it;
     * see {@link #note}.
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
            CheckpointManifest files = CheckpointManifest.read(folder);
            ModelConfig config = ModelConfig.fromJson(files.text(CONFIG));
            Tokenizer tokenizer = Tokenizer.fromJson(files.text(TOKENIZER));
            if (tokenizer.vocabularySize() != config.vocabularySize()) {
                throw new CheckpointException(folder.resolve(TOKENIZER) + " has " + tokenizer.vocabularySize()
                        + " tokens, the model " + config.vocabularySize());
            }
            boolean optimizer = files.has(OPTIMIZER);
            Checkpoint checkpoint = new Checkpoint(folder, note, config, tokenizer, files.state(), optimizer);
            files.verify(MODEL);
            for (String file : List.of(OPTIMIZER, ADAPTERS)) {
                if (files.has(file)) {
                    files.verify(file);
                }
            }
            checkpoint.checkShapes();
            return checkpoint;
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new CheckpointException("checkpoint " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Compares the configuration with the tensors that there are, so that no size is believed which no tensor has. */
    private void checkShapes() throws IOException {
        if (config.blockSize() > LONGEST_BLOCK) {
            throw new CheckpointException(folder.resolve(CONFIG) + " asks for a block of " + config.blockSize()
                    + " tokens, more than the " + LONGEST_BLOCK + " that are read");
        }
        try (SafeTensors model = SafeTensors.open(folder.resolve(MODEL))) {
            int tensors = model.entries().size();
            if (config instanceof GptConfig gpt && gpt.layers() > tensors) {
                throw new CheckpointException(folder.resolve(CONFIG) + " asks for " + gpt.layers() + " layers, " + MODEL
                        + " has " + tensors + " tensors");
            }
            ParameterLayout layout = layout();
            check(MODEL, model, layout, "");
            if (hasOptimizer) {
                try (SafeTensors optimizer = SafeTensors.open(folder.resolve(OPTIMIZER))) {
                    check(OPTIMIZER, optimizer, layout, prefixes(isAveraged(optimizer, layout)));
                }
            }
        }
    }

    private static boolean isAveraged(SafeTensors optimizer, ParameterLayout layout) {
        return optimizer.entries().size() == 3 * layout.all().size();
    }

    private static String[] prefixes(boolean averaged) {
        return averaged
                ? new String[] {FIRST_MOMENT, SECOND_MOMENT, WEIGHTS}
                : new String[] {FIRST_MOMENT, SECOND_MOMENT};
    }

    private ParameterLayout layout() throws CheckpointException {
        try {
            return config.model().parameters();
        } catch (ArithmeticException e) {
            throw new CheckpointException(folder.resolve(CONFIG) + " asks for sizes that no array can have", e);
        }
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
        return hasOptimizer;
    }

    /**
     * Loads parameters and moments; adapters and theirs into a session whose adapters have begun on the weights that
     * they were trained for.
     *
     * @throws CheckpointException if the model is of another shape (the message names the tensor and both shapes), has
     *     no optimiser state after its first step, or a value that is not finite; the session is then unchanged
     */
    public void restore(TrainingSession session) throws IOException {
        if (session.adapters() != null) {
            restoreAdapters(session);
            return;
        }
        if (!hasOptimizer
                && state.step() == 0) { // a model that came from elsewhere: the moments are those of a first step
            restore(session.weights());
            session.beginAverage();
            return;
        }
        if (!hasOptimizer) {
            throw new CheckpointException(
                    "checkpoint " + folder + " has no " + OPTIMIZER + ": training cannot go on from it");
        }
        try (SafeTensors model = SafeTensors.open(folder.resolve(MODEL));
                SafeTensors optimizer = SafeTensors.open(folder.resolve(OPTIMIZER))) {
            ParameterLayout layout = session.model().parameters();
            check(MODEL, model, layout, "");
            if (session.isAveraged() != isAveraged(optimizer, layout)) {
                throw new CheckpointException("checkpoint " + folder
                        + (session.isAveraged() ? " has no average of weights" : " has an average of weights")
                        + ": training cannot go on from it " + (session.isAveraged() ? "with one" : "without one"));
            }
            check(OPTIMIZER, optimizer, layout, prefixes(session.isAveraged()));
            model.checkFinite();
            optimizer.checkFinite();
            load(model, "", session.averages());
            if (session.isAveraged()) {
                load(optimizer, WEIGHTS, session.weights());
            }
            loadPart(
                    optimizer,
                    layout,
                    FIRST_MOMENT,
                    session.firstMoment(),
                    session.part().from());
            loadPart(
                    optimizer,
                    layout,
                    SECOND_MOMENT,
                    session.secondMoment(),
                    session.part().from());
            session.workspace().toDevice(session.firstMoment());
            session.workspace().toDevice(session.secondMoment());
        }
    }

    /** Loads the parameters, rounded to the type that they are kept as; see {@link #restore(TrainingSession)}. */
    public void restore(Weights weights) throws IOException {
        try (SafeTensors model = SafeTensors.open(folder.resolve(MODEL))) {
            check(MODEL, model, weights.model().parameters(), "");
            model.checkFinite();
            load(model, "", weights);
        }
    }

    private void restoreAdapters(TrainingSession session) throws IOException {
        if (!Files.exists(folder.resolve(ADAPTERS))) {
            throw new CheckpointException(
                    "checkpoint " + folder + " has no " + ADAPTERS + ": training cannot go on from it");
        }
        Adapters adapters = session.adapters();
        ParameterLayout layout = adapters.layout();
        try (SafeTensors tensors = SafeTensors.open(folder.resolve(ADAPTERS))) {
            check(ADAPTERS, tensors, layout, "", FIRST_MOMENT, SECOND_MOMENT);
            tensors.checkFinite();
            load(tensors, "", adapters.parameters());
            load(tensors, FIRST_MOMENT, new Parameters(layout, session.firstMoment()));
            load(tensors, SECOND_MOMENT, new Parameters(layout, session.secondMoment()));
        }
        session.adaptersLoaded();
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

    private static void load(SafeTensors tensors, String prefix, Weights weights) throws CheckpointException {
        load(tensors, prefix, weights.parameters());
        weights.changed();
    }

    private static void load(SafeTensors tensors, String prefix, Parameters values) throws CheckpointException {
        for (ParameterLayout.Parameter p : values.layout().all()) {
            tensors.copyInto(prefix + p.name(), values.get(p.name()).slice());
        }
    }

    /** @param from where {@code part} begins in the layout */
    private static void loadPart(SafeTensors tensors, ParameterLayout layout, String prefix, Tensor part, int from)
            throws CheckpointException {
        Slice all = part.slice();
        for (ParameterLayout.Parameter p : layout.all()) {
            int begin = Math.max(p.offset(), from);
            int end = Math.min(p.offset() + p.size(), from + all.length());
            if (begin < end) {
                Slice target = new Slice(all.array(), all.offset() + begin - from, end - begin);
                tensors.copyInto(prefix + p.name(), begin - p.offset(), target);
            }
        }
    }
}
