package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt logits}. */
@Command(
        name = "logits",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Writes the logits of the token after each prompt, to compare a model with another program's.")
final class LogitsCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(
            names = "--json-lines",
            required = true,
            paramLabel = "FILE",
            description =
                    "A prompt a line: a JSON string, or a JSON array of tokens. Comes out: a JSON array of logits a line.")
    private Path lines;

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    LogitsCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Values values = new Values();
        options.addTo(values);
        TrainSettings settings = TrainSettings.of(values);
        LiveCheckpoint live = model.open(io, "logits");
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Weights weights = new Weights(live.checkpoint().config().model(), kernels.device());
            Checkpoint checkpoint = live.checkpoint();
            live.restore(weights);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            try (InferenceSession session = new InferenceSession(weights, kernels, true)) {
                for (String line : Files.readAllLines(lines, StandardCharsets.UTF_8)) {
                    io.out()
                            .println(Arrays.toString(
                                    session.logits(tokens(live.checkpoint().tokenizer(), line))));
                }
            }
        }
        return ExitCode.OK;
    }

    private int[] tokens(Tokenizer tokenizer, String line) throws IOException {
        try {
            JsonNode prompt = JSON.readTree(line);
            return prompt.isArray() ? JSON.treeToValue(prompt, int[].class) : tokenizer.encode(prompt.asText());
        } catch (JsonProcessingException e) {
            throw new UsageException(lines + " does not hold a JSON string or array in each line: " + line, e);
        }
    }
}
