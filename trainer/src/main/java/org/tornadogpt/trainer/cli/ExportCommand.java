package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.GgufFile;
import org.tornadogpt.model.bridge.HfFolder;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Writes a trained model for other programs: hf is a folder that Hugging Face's transformers loads,",
            "gguf a file that programs of llama.cpp's family read. What cannot be expressed is refused by name."
        })
final class ExportCommand implements Callable<Integer> {
    /** Formats. */
    private enum Format {
        HF,
        GGUF
    }

    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(names = "--to", required = true, paramLabel = "hf|gguf", description = "The format.")
    private String format;

    @Parameters(paramLabel = "TARGET", description = "The folder (hf) or file (gguf) to write; it must not be there.")
    private Path target;

    ExportCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Format to = format();
        LiveCheckpoint live = model.open(io, "export");
        Checkpoint checkpoint = live.checkpoint();
        if (to == Format.HF) {
            HfFolder.check(checkpoint.config(), checkpoint.tokenizer());
        } else {
            GgufFile.check(checkpoint.config(), checkpoint.tokenizer());
        }
        try (KernelChoices kernels = DeviceOptions.open("sequential", 1, Map.of())) {
            Weights weights = new Weights(checkpoint.config().model(), kernels.device());
            live.restore(weights);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            write(to, live.checkpoint(), weights);
        }
        return ExitCode.OK;
    }

    private Format format() {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "hf" -> Format.HF;
            case "gguf" -> Format.GGUF;
            default -> throw new UsageException("--to must be hf or gguf, got '" + format + "'");
        };
    }

    private void write(Format to, Checkpoint checkpoint, Weights weights) throws IOException {
        if (to == Format.HF) {
            HfFolder.write(target, checkpoint.config(), checkpoint.tokenizer(), weights.parameters());
            io.say("wrote " + target
                    + ": AutoModelForCausalLM.from_pretrained and AutoTokenizer.from_pretrained load it");
            return;
        }
        String name = (model.run() == null ? checkpoint.folder() : model.run())
                .toAbsolutePath()
                .normalize()
                .getFileName()
                .toString();
        GgufFile.write(target, name, checkpoint.config(), checkpoint.tokenizer(), weights.parameters());
        io.say(String.format(Locale.ROOT, "wrote %s: %,d bytes", target, Files.size(target)));
    }
}
