package org.tornadogpt.trainer.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tornadogpt.trainer.data.TextRules;

/** The table of everything that can be set. Help texts, parsing and {@code config.yaml} all come from it. */
public final class Keys {
    private static final String RUN = "run";
    private static final String BATCHES = "batches";

    /** The group of the keys that say how a text is read. */
    public static final String TEXT = "text";

    private static final String RATE = "learning rate";
    private static final String OPTIMIZER = "optimizer";
    private static final String EVALUATION = "evaluation and checkpoints";
    private static final String SAMPLE = "samples";

    /** The group of the keys that shape the model; their usual values are the architecture's. */
    static final String MODEL = "model";

    private static final Map<String, Key> ALL = table(
            new Key("preset", RUN, "jdk", "where all other values start from", TrainingPreset.names()),
            new Key("data", RUN, "jdk", "jdk, quote, a fetched corpus, or a file, folder, glob or zip"),
            new Key("device", RUN, "auto", "auto, sequential, cpu, tornado[:driver:device]"),
            new Key("threads", RUN, "0", "worker threads of the cpu device, 0 for one for each processor"),
            new Key("seed", RUN, "1337", "of initialisation, batches, dropout and the sample"),
            new Key("steps", RUN, "3000", "when to stop; cosine ends there, too, unless decaySteps says otherwise"),
            new Key("tokenizer", RUN, "char", "char, byte, bpe:N (learnt from the text), gpt2, or a tokenizer.json"),
            new Key("keepLineEndings", TEXT, "false", "true leaves CR LF, CR and byte order marks in the text"),
            new Key("hiddenFiles", TEXT, "false", "true reads files whose names begin with a dot, in folders and zips"),
            limit("maxTextMegabytes", TextRules.USUAL.maxMegabytes(), "millions of bytes of text, unpacked"),
            limit("maxFiles", TextRules.USUAL.maxFiles(), "files and folders to look at"),
            limit("maxZipRatio", TextRules.USUAL.maxZipRatio(), "times a zip's own size that its contents may have"),
            new Key("batch", BATCHES, "16", "blocks per micro-step (B)"),
            new Key("block", BATCHES, "128", "tokens per block (T)"),
            new Key("microSteps", BATCHES, "1", "gradients of so many batches are averaged for one step"),
            new Key("validation", BATCHES, "0.1", "share of the text held out, 0 to validate on the training text"),
            new Key("schedule", RATE, "constant", "after the warm-up", ScheduleSettings.shapes()),
            new Key("learningRate", RATE, "3e-4", "highest rate"),
            new Key("minLearningRate", RATE, "0", "where cosine ends"),
            new Key("warmupSteps", RATE, "0", "steps of linear warm-up; a preset's is cut to a tenth of a short run"),
            new Key(
                    "decaySteps",
                    RATE,
                    "0",
                    "step at which cosine ends, 0 for the value of steps; a run keeps it when it is resumed"),
            new Key(
                    "optimizer",
                    OPTIMIZER,
                    "adamw",
                    "adamw for all parameters, or muon for the matrices of the blocks and adamw for the rest",
                    OptimizerSettings.methods()),
            new Key("beta1", OPTIMIZER, "0.9", "decay of the first moment"),
            new Key("beta2", OPTIMIZER, "0.999", "decay of the second moment"),
            new Key("epsilon", OPTIMIZER, "1e-8", "added to the root of the second moment"),
            new Key("weightDecay", OPTIMIZER, "0.01", "decoupled, of matrices only"),
            new Key("muonRate", OPTIMIZER, "0.02", "Muon's highest rate; it follows the schedule of learningRate"),
            new Key("muonMomentum", OPTIMIZER, "0.95", "Muon's momentum"),
            new Key("emaDecay", OPTIMIZER, "0", "weights averaged with this decay are evaluated and kept, 0 for none"),
            new Key("lora", OPTIMIZER, "none", "with --from, only adapters train: rank=8,alpha=16,targets=qkv+proj"),
            new Key("clip", OPTIMIZER, "0", "largest gradient norm, 0 for no limit"),
            new Key("evalInterval", EVALUATION, "200", "steps between evaluations"),
            new Key("evalBatches", EVALUATION, "50", "batches averaged in an evaluation, of each part"),
            new Key("patience", EVALUATION, "0", "evaluations without a new best before stopping, 0 for never"),
            new Key(
                    "checkpointInterval",
                    EVALUATION,
                    "0",
                    "steps between checkpoints besides those at evaluations, 0 for none"),
            new Key(
                    "checkpointMinutes",
                    EVALUATION,
                    "5",
                    "a checkpoint whenever the last is so many minutes old, 0 for none"),
            new Key("logInterval", EVALUATION, "1", "steps between lines of metrics.jsonl"),
            new Key("sampleLength", SAMPLE, "500", "tokens of the sample at the end, 0 for none"),
            new Key("samplePrompt", SAMPLE, "\\n", "text the sample continues; \\n is a new line"),
            new Key("sampleTemperature", SAMPLE, "1", "0 takes the likeliest token each time"),
            new Key("sampleEvery", SAMPLE, "0", "steps between samples kept in samples.jsonl, 0 for none"));

    private Keys() {}

    private static Key limit(String name, int usual, String about) {
        return new Key(name, TEXT, String.valueOf(usual), about);
    }

    private static Map<String, Key> table(Key... keys) {
        Map<String, Key> table = new LinkedHashMap<>();
        for (Key key : keys) {
            table.put(key.name(), key);
        }
        ModelKeys.keys().forEach(key -> table.put(key.name(), key));
        return table;
    }

    /** All keys in the order in which they are shown. */
    public static List<Key> all() {
        return List.copyOf(ALL.values());
    }

    public static Set<String> names() {
        return ALL.keySet();
    }

    /**
     * The key of that name.
     *
     * @throws UsageException if there is none; the message names the nearest
     */
    public static Key find(String name) {
        Key key = ALL.get(name);
        if (key == null) {
            throw new UsageException("unknown key '" + name + "'; " + Suggestions.forUnknown(name, ALL.keySet())
                    + " ('tgpt presets --keys' explains them)");
        }
        return key;
    }
}
