package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.InferenceSession;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
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

    @Mixin
    private PromptOptions prompt = new PromptOptions();

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
            names = "--samples",
            paramLabel = "N",
            description = {
                "Writes N texts together [1]. Text i has seed S + i - 1, S being --seed,",
                "and is what a run with that seed alone writes."
            })
    private int samples = 1;

    @Option(
            names = "--no-cache",
            description = "Computes the whole block for each token, without keys and values kept: slow, the same text.")
    private boolean uncached;

    @Option(names = "--speed", description = "Says on standard error, at the end, how many tokens came per second.")
    private boolean speed;

    @Mixin
    private WeightOptions stored = new WeightOptions();

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    GenerateCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        check();
        List<Sampling> samplings =
                IntStream.range(0, samples).mapToObj(this::sampling).toList();
        Values values = new Values();
        options.addTo(values);
        TrainSettings settings = TrainSettings.of(values);
        LiveCheckpoint live = model.open(io, "generate");
        Checkpoint checkpoint = live.checkpoint();
        String text = prompt.text(model.run());
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Weights weights = stored.open(checkpoint.config().model(), kernels);
            live.restore(weights);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            TokenRate rate = samples == 1
                    ? one(weights, kernels, checkpoint.tokenizer(), text, samplings.get(0))
                    : several(weights, kernels, checkpoint.tokenizer(), text, samplings);
            if (speed) {
                io.err().println(rate.report());
            }
        }
        return io.interrupted().getAsBoolean() ? ExitCode.INTERRUPTED : ExitCode.OK;
    }

    private void check() {
        stored.type();
        if (tokens < 0) {
            throw new UsageException("--tokens must not be negative, got " + tokens);
        }
        if (samples < 1) {
            throw new UsageException("--samples must be at least 1, got " + samples);
        }
        if (samples > 1 && (forever || uncached)) {
            throw new UsageException("--samples does not go together with " + (forever ? "--forever" : "--no-cache"));
        }
    }

    private TokenRate one(Weights weights, KernelChoices kernels, Tokenizer tokenizer, String text, Sampling sampling) {
        try (InferenceSession session = new InferenceSession(weights, kernels, !uncached)) {
            TokenRate rate =
                    new TextStream(io, session, tokenizer).write(text, forever ? Long.MAX_VALUE : tokens, sampling);
            io.out().println();
            io.out().flush();
            return rate;
        }
    }

    private TokenRate several(
            Weights weights, KernelChoices kernels, Tokenizer tokenizer, String text, List<Sampling> samplings) {
        try (DecodeSession session = new DecodeSession(weights, kernels, samples)) {
            return new SampleTexts(io, session, tokenizer).write(text, tokens, samplings);
        }
    }

    private Sampling sampling(int i) {
        try {
            return new Sampling(temperature, topK, topP, seed + i);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
