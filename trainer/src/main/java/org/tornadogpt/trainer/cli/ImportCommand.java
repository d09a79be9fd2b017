package org.tornadogpt.trainer.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.HfImport;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.settings.UsageException;
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
        try (RunFolder folder = RunFolder.create(run); // before the work, for it may be there
                HfImport imported = HfImport.open(source, given, block);
                KernelChoices kernels = DeviceOptions.open("sequential", 1, Map.of())) {
            imported.notes().forEach(io::warn);
            GptConfig config = imported.config();
            ModelMemory.of(config.model()).check(ModelMemory.ofMachine());
            Weights weights = new Weights(config.model(), kernels.device());
            imported.load(weights);
            ImportedRun.save(folder, weights, imported.tokenizer(), "imported " + source);
            io.say(String.format(
                    Locale.ROOT,
                    "%s: %s, %,d parameters, vocabulary of %,d, block of %,d",
                    run,
                    config.kind(),
                    config.model().parameters().size(),
                    config.vocabularySize(),
                    config.blockSize()));
        }
        io.say("write with it: tgpt generate --run " + run + "; go on with it: tgpt train --from " + run
                + " --data ...");
        return ExitCode.OK;
    }
}
