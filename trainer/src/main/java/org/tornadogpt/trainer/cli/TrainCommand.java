package org.tornadogpt.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tgpt train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Trains a model, from its beginning or (--resume) from where a run stopped.",
            "Values come from the preset, then from the --config file, then from flags and --set."
        })
final class TrainCommand implements Callable<Integer> {
    private final Io io;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            completionCandidates = PresetNames.class,
            description = "Where all values start from [jdk]: ${COMPLETION-CANDIDATES}; see 'tgpt presets'.")
    private String preset;

    @Option(
            names = "--data",
            paramLabel = "WHAT",
            description = "jdk, quote, a fetched corpus, or a file, folder, glob or zip; see 'tgpt data list'.")
    private String data;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "char, byte, bpe:N (N tokens learnt from the text), gpt2, or a tokenizer.json [char].")
    private String tokenizer;

    @Option(
            names = "--keep-line-endings",
            description =
                    "Leaves CR LF, CR and byte order marks in the text; else lines end with LF, and there are no marks.")
    private boolean keepLineEndings;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Mixin
    private ProductOptions products = new ProductOptions();

    @Option(names = "--steps", paramLabel = "N", description = "When to stop.")
    private String steps;

    @Option(names = "--seed", paramLabel = "N", description = "Of everything random.")
    private String seed;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Folder of the run [runs/NAME-TIME, named after the text or the preset].")
    private Path run;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file of key: value lines, such as a run's config.yaml.")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets any key listed below; repeatable.")
    private List<String> pairs = new ArrayList<>();

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description = "Keeps a text that the model writes every N steps, in samples.jsonl.")
    private String sampleEvery;

    @Option(
            names = "--resume",
            description =
                    "Goes on with the run in --run DIR, bit for bit as if it had never stopped. --steps, decaySteps,"
                            + " --device, --threads and what concerns only evaluation may change.")
    private boolean resume;

    @Option(
            names = "--from",
            paramLabel = "MODEL",
            description = {
                "Begins with the weights of a run, a checkpoint, or a folder of Hugging Face's transformers.",
                "With --resume: last or best, the checkpoint to go on from [last]."
            })
    private String from;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description = "Trains in N processes that mpirun starts on this machine; see docs/SCALING.md.")
    private Integer ranks;

    private CommandSpec spec;

    @Option(
            names = "--exchange",
            paramLabel = "HOW",
            description = "How processes add up gradients [exact]: exact gives the bits of one process with as many"
                    + " micro-steps, fast and sharded do not; sharded also parts the optimizer's memory.")
    private String exchange = Exchange.EXACT.toString();

    @Option(
            names = "--lora",
            paramLabel = "WHAT",
            description =
                    "With --from: only adapters train, such as rank=8,alpha=16,targets=qkv+proj (fc and out too).")
    private String lora;

    @Mixin
    private ExportOptions exports = new ExportOptions();

    @Mixin
    private LiveWriting live = new LiveWriting();

    TrainCommand(Io io) {
        this.io = io;
    }

    /** Lists the keys at the end of the help. */
    @Spec
    void spec(CommandSpec command) {
        spec = command;
        List<String> footer =
                new ArrayList<>(List.of("", "Keys for --set and --config [usual value; presets differ]:"));
        for (String line : PresetsCommand.keyTable(Keys.all(), Main.helpWidth(io.screen()))) {
            footer.add(line.replace("%", "%%"));
        }
        spec.usageMessage().footer(footer.toArray(String[]::new));
    }

    @Override
    public Integer call() throws Exception {
        if (ranks != null && io.ranks().size() == 1) {
            return Launch.ranks(io, ranks, spec.commandLine());
        }
        Values flags = flags();
        if (resume) {
            if (run == null) {
                throw new UsageException("--resume needs --run DIR, the folder of the run to go on with");
            }
            if (config != null) {
                throw new UsageException("--resume uses the run's own config.yaml: leave --config out");
            }
            return new TrainingRun(io, Exchange.of(exchange), exports, live).resume(run, flags, checkpoint());
        }
        Values values = new Values();
        if (config != null) {
            values.putAll(ConfigFile.read(config).values());
        }
        values.putAll(flags);
        return new TrainingRun(io, Exchange.of(exchange), exports, live).start(run, values, from);
    }

    private String checkpoint() {
        if (from == null) {
            return Restoration.LAST;
        }
        if (!from.equals(Restoration.LAST) && !from.equals(Restoration.BEST)) {
            throw new UsageException("--from must be last or best, got '" + from + "'");
        }
        return from;
    }

    private Values flags() {
        Values flags = new Values();
        pairs.forEach(flags::setPair);
        put(flags, "preset", preset);
        put(flags, "data", data);
        put(flags, "tokenizer", tokenizer);
        put(flags, "lora", lora);
        put(flags, "keepLineEndings", keepLineEndings ? "true" : null);
        put(flags, "steps", steps);
        put(flags, "seed", seed);
        put(flags, "sampleEvery", sampleEvery);
        device.addTo(flags);
        products.addTo(flags);
        return flags;
    }

    private static void put(Values values, String key, String value) {
        if (value != null) {
            values.set(key, value);
        }
    }
}
