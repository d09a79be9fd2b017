package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.EvaluationSession;
import org.tornadogpt.model.LiveCheckpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.settings.ConfigFile;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.tokens.TokenFile;
import org.tornadogpt.trainer.train.Evaluator;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt eval}. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Measures a trained model: loss, perplexity and bits per character.",
            "Without --data on the run's own text, split as in training; the batches are those of the run's"
                    + " evaluations."
        })
final class EvalCommand implements Callable<Integer> {
    private final Io io;

    @Mixin
    private CheckpointOptions model = new CheckpointOptions();

    @Option(
            names = "--data",
            paramLabel = "WHAT",
            description = "Another text, taken as a whole; see 'tgpt data list'.")
    private String data;

    @Option(
            names = "--keep-line-endings",
            description = "Leaves CR LF, CR and byte order marks in the text [as in training].")
    private boolean keepLineEndings;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of how text is read, such as maxFiles; repeatable. See 'tgpt presets --keys'.")
    private List<String> pairs = new ArrayList<>();

    @Option(names = "--batches", paramLabel = "N", description = "Batches averaged [the run's evalBatches].")
    private String count;

    @Mixin
    private WeightOptions weightOptions = new WeightOptions();

    @Mixin
    private DeviceOptions options = new DeviceOptions();

    EvalCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        LiveCheckpoint live = model.open(io, "eval");
        Checkpoint checkpoint = live.checkpoint();
        if (model.run() == null && data == null) {
            throw new UsageException("--checkpoint needs --data: only a run knows its text");
        }
        TrainSettings settings = settings(checkpoint);
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Weights weights = weightOptions.open(checkpoint.config().model(), kernels);
            EvaluationSession session =
                    Sessions.evaluation(weights, kernels, settings.batches().batch());
            Read read = read(checkpoint, settings);
            live.restore(weights);
            CheckpointOptions.tellIfReplaced(io, live, checkpoint);
            Evaluator evaluator = new Evaluator(
                    session,
                    read.split,
                    settings.batches().block(),
                    settings.seed(),
                    settings.evaluation().evalBatches());
            Optional<Evaluator.Losses> losses = evaluator.evaluate(io.interrupted());
            if (losses.isEmpty()) {
                return ExitCode.INTERRUPTED;
            }
            print(read, losses.get());
        }
        return ExitCode.OK;
    }

    private TrainSettings settings(Checkpoint checkpoint) throws IOException {
        Values values = new Values();
        if (model.run() != null) {
            values.putAll(stored().values());
        } else {
            values.set("block", String.valueOf(checkpoint.config().blockSize()));
        }
        if (data != null) {
            values.set("data", data);
            values.set("validation", "0");
        }
        if (keepLineEndings) {
            values.set("keepLineEndings", "true");
        }
        pairs.forEach(pair -> values.setPair(pair, Keys.TEXT));
        if (count != null) {
            values.set("evalBatches", count);
        }
        options.addTo(values);
        return TrainSettings.of(values);
    }

    private ConfigFile.Content stored() throws IOException {
        return RunFolder.readConfig(model.run());
    }

    /**
     * A text as the model reads it.
     *
     * @param note what was changed to make it fit, empty if nothing was
     * @param replaced characters that were
     */
    private record Read(Split split, Tokenizer tokenizer, String note, long replaced) {
        /** A model of longer pieces has a higher loss for each token and fewer of them. */
        double tokensPerCharacter(Part part) {
            int[] charactersOf = new int[tokenizer.vocabularySize()];
            Arrays.setAll(charactersOf, tokenizer::characters);
            long[] characters = new long[1];
            part.tokens().visit(part.from(), part.to(), (tokens, count) -> {
                for (int i = 0; i < count; i++) {
                    characters[0] += charactersOf[tokens[i]];
                }
            });
            return characters[0] == 0 ? 1 : (double) part.length() / characters[0];
        }
    }

    private Read read(Checkpoint checkpoint, TrainSettings settings) throws IOException {
        Tokenizer tokenizer = checkpoint.tokenizer();
        double share = settings.batches().validation();
        TokenFile.Kind kind = TokenFile.kind(settings.data());
        if (kind != TokenFile.Kind.NONE) {
            return readTokens(kind, tokenizer, settings.data(), share);
        }
        try (ReadingProgress progress = new ReadingProgress(io, settings.data())) {
            Corpus corpus = new CorpusReader(settings.text(), progress).read(settings.data());
            warn(corpus);
            return CorpusReader.inMemory(corpus.spec(), () -> {
                Tokenizer.Encoded encoded = tokenizer.encodePrompt(corpus.text());
                if (encoded.replaced() == encoded.tokens().length) {
                    throw new DataException("the model cannot read " + corpus.spec() + ": " + encoded.note());
                }
                return new Read(Split.of(encoded.tokens(), share), tokenizer, encoded.note(), encoded.replaced());
            });
        }
    }

    private Read readTokens(TokenFile.Kind kind, Tokenizer tokenizer, String spec, double share) throws IOException {
        Path path = Path.of(spec);
        TokenFile file = kind == TokenFile.Kind.PACKED ? TokenFile.packed(path) : TokenFile.raw(path, tokenizer);
        if (!file.tokenizer().toJson().equals(tokenizer.toJson())) {
            throw new DataException(spec + " was packed with another tokenizer than the model's");
        }
        warnIfAnother(spec, file.sum());
        Split split = file.validation() == null || share == 0
                ? Split.of(file.tokens(), share)
                : Split.of(file.tokens(), file.validation());
        return new Read(split, tokenizer, "", 0);
    }

    private void warn(Corpus corpus) throws IOException {
        if (!corpus.changed().isEmpty()) {
            io.warn(corpus.changed() + " (--keep-line-endings leaves them)");
        }
        if (!corpus.skipped().isEmpty()) {
            io.warn("left out: " + corpus.skipped().size() + ", first: "
                    + corpus.skipped().get(0));
        }
        warnIfAnother(corpus.spec(), corpus.sha256());
    }

    private void warnIfAnother(String spec, String found) throws IOException {
        boolean own = model.run() != null && data == null;
        String sum = own ? stored().facts().get(RunParts.DATA_SUM) : null;
        if (sum != null && !sum.equals(found)) {
            io.warn("the text at " + spec + " is not the one this run was trained on");
        }
    }

    private void print(Read read, Evaluator.Losses losses) {
        io.out().printf("%-12s %10s %12s %16s%n", "part", "loss", "perplexity", "bits/character");
        if (read.split.holdsOut()) {
            row("training", losses.training(), read.tokensPerCharacter(read.split.training()));
            row("validation", losses.validation(), read.tokensPerCharacter(read.split.validation()));
        } else {
            row("whole text", losses.validation(), read.tokensPerCharacter(read.split.validation()));
        }
        if (!read.note.isEmpty()) {
            io.out().println(read.note);
            io.out()
                    .println(
                            read.replaced > 0
                                    ? "bits per character count each of those as the space that the model saw in its"
                                            + " place"
                                    : "bits per character are of the characters that are left");
        }
    }

    private void row(String part, double loss, double tokensPerCharacter) {
        double bits = loss / Math.log(2) * tokensPerCharacter;
        io.out().printf(Locale.ROOT, "%-12s %10.4f %12.4f %16.4f%n", part, loss, Math.exp(loss), bits);
    }
}
