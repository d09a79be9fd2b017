package org.tornadogpt.model.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.model.CheckpointException;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.SafeTensors;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.internal.Json;

/**
 * A folder that Hugging Face's {@code transformers} wrote: {@code config.json}, {@code tokenizer.json}, and {@code
 * model.safetensors} in one file or several. Nothing of a size that the configuration names is allocated before tensors
 * of that size have been found.
 */
public final class HfImport implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String HEAD = "lm_head.weight";

    /** Largest {@code config.json} and index. */
    private static final int LARGEST = 1 << 24;

    /** Parameters of which a model may have fewer rows than the folder: tokens and positions. */
    private static final Set<String> CUT = Set.of("wte.weight", "wpe.weight", HEAD);

    private final HfFiles folder;
    private final List<SafeTensors> files = new ArrayList<>();
    private final Map<String, SafeTensors> tensors = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private Tokenizer tokenizer;
    private GptConfig config;
    private List<Placement> placements;

    private HfImport(HfFiles folder) {
        this.folder = folder;
    }

    /**
     * Opens a folder and checks all of it but the values.
     *
     * @param path the folder, or a file in it
     * @param tokenizer to take instead of the folder's; null for that
     * @param block longest context, which may be shorter than the model's; 0 for that
     * @throws IOException that names what is missing or does not fit
     * @throws IllegalArgumentException for what models here cannot do
     */
    public static HfImport open(Path path, Tokenizer tokenizer, int block) throws IOException {
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        return open(new HfFiles.InFolder(folder), tokenizer, block);
    }

    /**
     * The same for files in memory by their names, such as those that a stranger has sent. They must not be changed any
     * more.
     */
    public static HfImport open(Map<String, byte[]> files) throws IOException {
        return open(new HfFiles.InMemory(files), null, 0);
    }

    /**
     * Whether files in memory are another program's: {@code transformers} says which of its types a model is, this
     * program says its kind.
     *
     * @throws IllegalArgumentException if the configuration is no JSON object
     */
    public static boolean isForeign(Map<String, byte[]> files) {
        byte[] config = files.getOrDefault(CONFIG, new byte[0]);
        if (config.length == 0 || config.length > LARGEST) {
            return false; // which is told by who reads it
        }
        return Json.readObject(new String(config, StandardCharsets.UTF_8)).has("model_type");
    }

    private static HfImport open(HfFiles files, Tokenizer tokenizer, int block) throws IOException {
        HfImport opened = new HfImport(files);
        try {
            opened.read(tokenizer, block);
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void read(Tokenizer given, int block) throws IOException {
        GptConfig whole;
        try {
            whole = HfConfig.read(json(CONFIG));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(folder.place(CONFIG) + " cannot be imported: " + e.getMessage(), e);
        }
        openFiles();
        if (whole.layers() > tensors.size()) {
            throw new CheckpointException(folder.place(CONFIG) + " asks for " + whole.layers() + " layers; there are "
                    + tensors.size() + " tensors");
        }
        tokenizer = given != null ? given : readTokenizer();
        config = cutBlock(cutVocabulary(whole), block);
        placements = Family.of(config) == Family.LLAMA
                ? LlamaNames.placements(config)
                : Gpt2Names.placements(
                        config, tensors.containsKey(Gpt2Names.PREFIX + "wte.weight") ? Gpt2Names.PREFIX : "");
        for (Placement placement : placements) {
            checkShape(placement);
        }
        checkSurplus();
    }

    private ObjectNode json(String name) throws IOException {
        if (!folder.has(name)) {
            throw new CheckpointException("no " + name + " in " + folder + ": a folder that transformers'"
                    + " save_pretrained wrote has one");
        }
        String file = folder.place(name);
        if (folder.size(name) > LARGEST) {
            throw new CheckpointException(file + " has " + folder.size(name) + " bytes, more than the " + LARGEST
                    + " that are read of such a file");
        }
        try {
            return Json.readObject(folder.text(name));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void openFiles() throws IOException {
        Set<String> names = new HashSet<>();
        if (folder.has(INDEX)) {
            for (Map.Entry<String, JsonNode> entry :
                    json(INDEX).path("weight_map").properties()) {
                names.add(entry.getValue().asText());
            }
        } else {
            names.add(SINGLE);
        }
        for (String name : names.stream().sorted().toList()) {
            if (!folder.has(name)) {
                throw new CheckpointException("no " + name + " in " + folder
                        + ": weights must be in the safetensors format (docs/MODELS.md says how to convert others)");
            }
            SafeTensors opened = folder.tensors(name);
            files.add(opened);
            for (SafeTensors.Entry entry : opened.entries()) {
                if (tensors.put(entry.name(), opened) != null) {
                    throw new CheckpointException("two files in " + folder + " have a tensor " + entry.name());
                }
            }
        }
    }

    private Tokenizer readTokenizer() throws IOException {
        if (!folder.has(HfFiles.TOKENIZER)) {
            throw new CheckpointException("no tokenizer.json in " + folder
                    + ": name a tokenizer with --tokenizer gpt2, byte, or a tokenizer.json");
        }
        return folder.tokenizer();
    }

    private GptConfig cutVocabulary(GptConfig whole) throws CheckpointException {
        int tokens = tokenizer.vocabularySize();
        if (tokens > whole.vocabularySize()) {
            throw new CheckpointException("the tokenizer has " + tokens + " tokens, the model " + whole.vocabularySize()
                    + ": name the model's own with --tokenizer");
        }
        if (tokens < whole.vocabularySize()) {
            notes.add("the model has rows for " + whole.vocabularySize() + " tokens, the tokenizer has " + tokens
                    + ": the others are left out");
        }
        return whole.withVocabulary(tokens);
    }

    private GptConfig cutBlock(GptConfig whole, int block) {
        if (block == 0 || block == whole.blockSize()) {
            return whole;
        }
        if (block > whole.blockSize()) {
            throw new IllegalArgumentException(
                    "the model's block is " + whole.blockSize() + " tokens, it cannot be " + block);
        }
        notes.add("block " + block + " instead of the model's " + whole.blockSize());
        return whole.withBlockSize(block);
    }

    private void checkShape(Placement placement) throws CheckpointException {
        SafeTensors file = tensors.get(placement.theirs());
        if (file == null) {
            throw new CheckpointException("no tensor " + placement.theirs() + " in " + folder);
        }
        List<Integer> shape = file.entry(placement.theirs()).shape();
        List<Integer> needed = placement.shape();
        boolean fits = shape.equals(needed)
                || (CUT.contains(placement.ours())
                        && shape.size() == 2
                        && shape.get(1).equals(needed.get(1))
                        && shape.get(0) >= needed.get(0));
        if (!fits) {
            throw new CheckpointException("tensor " + placement.theirs() + " in " + folder + " has shape " + shape
                    + ", the configuration asks for " + needed);
        }
    }

    /** What is there and not used would change what the model computes, but for buffers. */
    private void checkSurplus() throws CheckpointException {
        Set<String> surplus = new HashSet<>(tensors.keySet());
        placements.forEach(p -> surplus.remove(p.theirs()));
        surplus.removeIf(name -> name.endsWith(".attn.bias")
                || name.endsWith(".attn.masked_bias")
                || name.endsWith(".rotary_emb.inv_freq")
                || (config.tiedHead() && name.equals(HEAD)));
        if (!surplus.isEmpty()) {
            throw new CheckpointException("the configuration of " + folder + " has no tensor "
                    + surplus.stream().sorted().findFirst().orElseThrow());
        }
    }

    /** The architecture, without dropout. */
    public GptConfig config() {
        return config;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** What is not as in the folder, for the user. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** Sets a model's parameters; it must be of {@link #config}. */
    public void load(Weights weights) throws IOException {
        for (Placement placement : placements) {
            placement.write(tensors.get(placement.theirs()).floats(placement.theirs()), weights.parameters());
        }
        weights.changed();
    }

    @Override
    public void close() {
        files.forEach(SafeTensors::close);
    }
}
