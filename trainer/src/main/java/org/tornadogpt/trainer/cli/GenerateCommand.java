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
import org.tornadogpt.model.text.TextAssembler;
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

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

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

    @Option(
            names = "--beams",
            paramLabel = "N",
            description = "Looks for likely texts with N beams, and shows the N best; nothing is chosen by chance.")
    private int beams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "Beams of different lengths compete by log probability / length^X [1].")
    private double lengthPenalty = 1;

    @Option(
            names = "--show-probabilities",
            description = "Shows each token with its probability and the likeliest in its place, a line for each.")
    private boolean showProbabilities;

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
                IntStream.range(0, samples).mapToObj(sampling::sampling).toList();
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
            Tokenizer tokenizer = checkpoint.tokenizer();
            TokenRate rate;
            if (beams > 0) {
                search(weights, kernels, tokenizer, text);
                rate = null;
            } else if (samples > 1) {
                rate = several(weights, kernels, tokenizer, text, samplings);
            } else {
                rate = one(weights, kernels, tokenizer, text, samplings.get(0));
            }
            if (speed && rate != null) {
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
        if (beams < 0) {
            throw new UsageException("--beams must be at least 1, got " + beams);
        }
        if (beams > 0 && (forever || uncached || samples > 1 || showProbabilities)) {
            throw new UsageException(
                    "--beams does not go together with --forever, --no-cache, --samples or --show-probabilities");
        }
        if (beams > 0 && (tokens == 0 || tokens > Integer.MAX_VALUE)) {
            throw new UsageException("--beams needs --tokens from 1 to " + Integer.MAX_VALUE + ", got " + tokens);
        }
        if (samples > 1 && showProbabilities) {
            throw new UsageException("--show-probabilities shows one text: leave out --samples");
        }
    }

    private TokenRate one(Weights weights, KernelChoices kernels, Tokenizer tokenizer, String text, Sampling chosen) {
        try (InferenceSession session = new InferenceSession(weights, kernels, !uncached)) {
            TextAssembler assembler = new TextAssembler(tokenizer, sampling.stops());
            long count = forever ? Long.MAX_VALUE : tokens;
            if (showProbabilities) {
                return new ProbabilityTable(io, session, tokenizer).write(assembler, text, count, chosen);
            }
            TokenRate rate = new TextStream(io, session, tokenizer).write(assembler, text, count, chosen);
            io.out().println();
            io.out().flush();
            return rate;
        }
    }

    private TokenRate several(
            Weights weights, KernelChoices kernels, Tokenizer tokenizer, String text, List<Sampling> samplings) {
        try (DecodeSession session = new DecodeSession(weights, kernels, samples)) {
            return new SampleTexts(io, session, tokenizer).write(text, tokens, samplings, sampling.stops());
        }
    }

    private void search(Weights weights, KernelChoices kernels, Tokenizer tokenizer, String text) {
        try (DecodeSession session = new DecodeSession(weights, kernels, beams)) {
            new BeamTexts(io, session, tokenizer).write(text, (int) tokens, beams, lengthPenalty, sampling.stops());
        }
    }
}
