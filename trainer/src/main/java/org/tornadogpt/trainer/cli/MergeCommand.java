package org.tornadogpt.trainer.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.bridge.PeftFolder;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tgpt merge}. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Adds adapters, of 'tgpt train --lora' or of peft, to the model that they were trained for.")
final class MergeCommand implements Callable<Integer> {
    private final Io io;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "MODEL",
            description = "A run, a checkpoint, or a folder of Hugging Face's transformers.")
    private String from;

    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "DIR",
            description = "Folder with adapter_config.json and adapter_model.safetensors.")
    private Path adapter;

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "Folder of the run that comes of it.")
    private Path run;

    MergeCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        try (RunFolder folder = RunFolder.create(run); // before the work, for it may be there
                StartingPoint start = StartingPoint.open(from);
                KernelChoices kernels = DeviceOptions.open("sequential", 1, Map.of())) {
            Weights weights = start.weights(kernels.device());
            int matrices = PeftFolder.merge(adapter, weights);
            ImportedRun.save(folder, weights, start.tokenizer(), "merged " + adapter + " into " + from);
            io.say(run + ": " + matrices + " matrices of " + from + " with " + adapter + " added");
        }
        return ExitCode.OK;
    }
}
