package org.tornadogpt.trainer.cli;

import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt generate}. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = "Writes text with a trained model: the text alone on standard output, remarks on standard error.")
final class GenerateCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to continue; \\n is a new line.")
    private String prompt = "";

    @Option(names = "--tokens", paramLabel = "N", description = "How many tokens to write [500].")
    private long tokens = 500;

    @Option(names = "--forever", description = "Writes until Ctrl+C.")
    private boolean forever;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Below 1 more predictable, above 1 less; 0 takes the likeliest token each time [1].")
    private double temperature = 1;

    @Option(names = "--top-k", paramLabel = "N", description = "Chooses among the N likeliest tokens, 0 for all [0].")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description = "Chooses among the fewest tokens that together have probability X [1].")
    private double topP = 1;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed writes the same text [1337].")
    private long seed = 1337;

    @Option(
            names = "--no-cache",
            description = "Computes the whole block for each token, without keys and values kept: slow, the same text.")
    private boolean uncached;

    @Option(names = "--speed", description = "Says on standard error, at the end, how many tokens came per second.")
    private boolean speed;

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    GenerateCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (tokens < 0) {
            throw new UsageException("--tokens must not be negative, got " + tokens);
        }
        Sampling sampling = sampling();
        Values values = new Values();
        options.addTo(values);
        TrainSettings settings = TrainSettings.of(values);
        LiveCheckpoint live = model.open(io, "generate");
        Checkpoint checkpoint = live.checkpoint();
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                InferenceSession session =
                        new InferenceSession(checkpoint.config().model(), kernels, !uncached)) {
            live.restore(session);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            TokenRate rate = new TextStream(io, session, checkpoint.tokenizer())
                    .write(prompt.replace("\\n", "\n"), forever ? Long.MAX_VALUE : tokens, sampling);
            io.out().println();
            io.out().flush();
            if (speed) {
                io.err().println(rate.report());
            }
        }
        return io.interrupted().getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private Sampling sampling() {
        try {
            return new Sampling(temperature, topK, topP, seed);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
