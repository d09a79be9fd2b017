package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.model.training.CompactTokens;
import org.tornadogpt.model.training.Tokens;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.EncodedText;
import org.tornadogpt.trainer.data.TokenStatistics;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.tokens.Checksums;
import org.tornadogpt.trainer.tokens.TokenFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt data stats}. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Tells the size of a text or a file of tokens, how many tokens are distinct, and their entropy: the lowest",
            "losses that models of frequencies and of pairs can have. A packed file's checksum is verified."
        })
final class DataStatsCommand implements Callable<Integer> {
    private final Io io;

    @Parameters(paramLabel = "WHAT", description = "A text, or a file of tokens; see 'tgpt data list'.")
    private String data;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            defaultValue = Tokenizers.CHAR,
            description = "char, byte, bpe:N, gpt2, or a tokenizer.json [char; a packed file's own].")
    private String name;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of how text is read, such as maxFiles; repeatable. See 'tgpt presets --keys'.")
    private List<String> pairs = new ArrayList<>();

    DataStatsCommand(Io io) {
        this.io = io;
    }

    /** @param characters -1 if nobody counted them */
    private record Read(String what, Tokens tokens, Tokenizer tokenizer, int bytes, long characters) {}

    @Override
    public Integer call() throws Exception {
        Read read = read();
        TokenStatistics statistics;
        try (ReadingProgress progress = new ReadingProgress(io, data)) {
            statistics = CorpusReader.inMemory(
                    data, () -> TokenStatistics.of(read.tokens, read.tokenizer.vocabularySize(), progress));
        }
        print(read, statistics);
        return ExitCode.OK;
    }

    private Read read() throws IOException {
        return switch (TokenFile.kind(data)) {
            case PACKED -> packed();
            case RAW -> raw();
            case NONE -> text();
        };
    }

    private Read packed() {
        if (!name.equals(Tokenizers.CHAR)) {
            throw new UsageException(data + " knows its tokenizer: leave --tokenizer out");
        }
        TokenFile file = TokenFile.packed(Path.of(data));
        Checksums.verify(file);
        int bits = TokenFile.bits(file);
        return new Read(
                "packed tokens of " + bits + " bits, checksum as written",
                file.tokens(),
                file.tokenizer(),
                bits / Byte.SIZE,
                file.characters());
    }

    private Read raw() throws IOException {
        if (Tokenizers.needsText(name)) {
            throw new UsageException(
                    data + " does not say what its tokens mean: name their tokenizer with --tokenizer");
        }
        TokenFile file = TokenFile.raw(Path.of(data), tokenizer(null));
        return new Read("tokens of 16 bits", file.tokens(), file.tokenizer(), Short.BYTES, -1);
    }

    private Read text() throws IOException {
        Values values = new Values();
        pairs.forEach(pair -> values.setPair(pair, Keys.TEXT));
        try (ReadingProgress progress = new ReadingProgress(io, data)) {
            Corpus corpus = new CorpusReader(TrainSettings.of(values).text(), progress).read(data);
            Tokenizer tokenizer = tokenizer(corpus.text());
            EncodedText encoded = CorpusReader.inMemory(data, () -> EncodedText.of(tokenizer, corpus.text()));
            return new Read(
                    "text in " + corpus.files() + (corpus.files() == 1 ? " file" : " files"),
                    encoded.tokens(),
                    tokenizer,
                    CompactTokens.width(tokenizer.vocabularySize()),
                    encoded.characters());
        }
    }

    private Tokenizer tokenizer(String text) throws IOException {
        try {
            return text == null ? Tokenizers.find(name) : Tokenizers.of(name, text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private void print(Read read, TokenStatistics statistics) {
        if (statistics.tokens() == 0) {
            throw new DataException(data + " holds no tokens");
        }
        row("data", data + ": " + read.what);
        row(
                "size",
                String.format(
                        Locale.ROOT,
                        "%,d tokens of %d %s, %,d bytes",
                        statistics.tokens(),
                        read.bytes,
                        read.bytes == 1 ? "byte" : "bytes",
                        statistics.tokens() * read.bytes));
        if (read.characters >= 0) {
            double each = (double) statistics.tokens() / Math.max(1, read.characters);
            row("characters", String.format(Locale.ROOT, "%,d, %.4f tokens each", read.characters, each));
        }
        row(
                "distinct",
                String.format(
                        Locale.ROOT,
                        "%,d of a vocabulary of %,d",
                        statistics.distinct(),
                        read.tokenizer.vocabularySize()));
        row("unigram", entropy(statistics.unigram()));
        if (statistics.pairs() < 0) {
            row("bigram", "not counted: there are too many different pairs");
        } else if (Double.isFinite(statistics.bigram())) {
            String distinct = String.format(Locale.ROOT, ", %,d different pairs", statistics.pairs());
            row("bigram", entropy(statistics.bigram()) + distinct);
        }
    }

    private static String entropy(double bits) {
        return String.format(Locale.ROOT, "entropy of %.4f bits a token, a loss of %.4f", bits, bits * Math.log(2));
    }

    private void row(String label, String text) {
        io.say(String.format(Locale.ROOT, "%-11s %s", label, text));
    }
}
