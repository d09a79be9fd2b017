package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfImport;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.Key;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.train.Progress;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt import}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Makes a run of a model that another program wrote: a folder of Hugging Face's transformers with a GPT-2 or",
            "Llama, in one or several safetensors files. What models here cannot do is refused by name."
        })
final class ImportCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(paramLabel = "FOLDER", description = "With config.json, model.safetensors and tokenizer.json.")
    private Path source;

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "Folder of the run that comes of it.")
    private Path run;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "gpt2, byte or a tokenizer.json [the folder's tokenizer.json].")
    private String tokenizer;

    @Option(
            names = "--block",
            paramLabel = "N",
            description = "Longest context, to take less memory than the model's would [the model's].")
    private int block;

    ImportCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (tokenizer != null && Tokenizers.needsText(tokenizer)) {
            throw new UsageException("--tokenizer must be the one that the model was trained with, not " + tokenizer);
        }
        Tokenizer given = tokenizer == null ? null : Tokenizers.find(tokenizer);
        try (HfImport imported = HfImport.open(source, given, block);
                RunFolder folder = RunFolder.create(run);
                KernelChoices kernels = DeviceOptions.open("sequential", 1, Map.of())) {
            imported.notes().forEach(io::warn);
            GptConfig config = imported.config();
            ModelMemory.of(config.model()).check(ModelMemory.ofMachine());
            Weights weights = new Weights(config.model(), kernels.device());
            imported.load(weights);
            Checkpoint.save(
                    folder.last(),
                    imported.tokenizer(),
                    weights,
                    Progress.start().toState(0));
            WholeFile.write(folder.tokenizer(), imported.tokenizer().toJson().getBytes(StandardCharsets.UTF_8));
            folder.writeConfig(
                    new ConfigFile.Content(values(config, folder), Map.of("importedFrom", source.toString())));
            folder.keep();
            io.say(String.format(
                    Locale.ROOT,
                    "%s: %s, %,d parameters, vocabulary of %,d, block of %,d",
                    folder.path(),
                    config.kind(),
                    config.model().parameters().size(),
                    config.vocabularySize(),
                    config.blockSize()));
        }
        io.say("write with it: tgpt generate --run " + run + "; go on with it: tgpt train --from " + run
                + " --data ...");
        return ExitCode.OK;
    }

    /** Settings with which the run can be used and gone on with: all of the architecture, else what is usual. */
    private static Values values(GptConfig config, RunFolder folder) throws IOException {
        JsonNode tree = new ObjectMapper().readTree(config.toJson());
        Values values = new Values();
        values.set("preset", config.positions() == GptConfig.Positions.ROTARY ? "modern" : "kernel-cpu");
        values.set("block", String.valueOf(config.blockSize()));
        values.set("tokenizer", folder.tokenizer().toAbsolutePath().toString());
        List<String> names = Keys.all().stream().map(Key::name).toList();
        for (Map.Entry<String, JsonNode> setting : tree.properties()) {
            if (names.contains(setting.getKey())) {
                values.set(setting.getKey(), setting.getValue().asText());
            }
        }
        return TrainSettings.of(values).values();
    }
}
