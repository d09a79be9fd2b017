package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.BpeTrainer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.EncodedText;
import org.tornadogpt.trainer.data.Source;
import org.tornadogpt.trainer.data.TextRules;
import org.tornadogpt.trainer.data.TextSink;
import org.tornadogpt.trainer.settings.Keys;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import org.tornadogpt.trainer.tokens.TokenWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tgpt data pack}. */
@Command(
        name = "pack",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description = {
            "Writes a text of any length as a file of tokens, which 'tgpt train --data FILE' maps into memory instead of",
            "reading it. The text is read part by part; the file knows its tokenizer."
        })
final class DataPackCommand implements Callable<Integer> {
    private static final int ALL_MEGABYTES = Integer.MAX_VALUE;

    private final Io io;

    @Option(names = "--data", required = true, paramLabel = "WHAT", description = "The text; see 'tgpt data list'.")
    private String data;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            defaultValue = Tokenizers.CHAR,
            description = "char, byte, bpe:N (learnt from the text), gpt2, or a tokenizer.json [char].")
    private String name;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "What to write, such as book.tok.")
    private Path out;

    @Option(
            names = "--bits",
            paramLabel = "N",
            defaultValue = "0",
            description = "Of a token, 16 or 32 [16 for up to 65,536 tokens].")
    private int bits;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of how text is read, such as maxFiles; repeatable. See 'tgpt presets --keys'.")
    private List<String> pairs = new ArrayList<>();

    DataPackCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (bits != 0 && bits != Short.SIZE && bits != Integer.SIZE) {
            throw new UsageException("--bits must be 16 or 32, got " + bits);
        }
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("there is no folder " + folder + " for " + out);
        }
        TextRules rules = rules();
        Tokenizer tokenizer = tokenizer(rules);
        int needed = TokenWriter.bits(tokenizer.vocabularySize());
        if (bits != 0 && bits < needed) {
            throw new UsageException(String.format(
                    Locale.ROOT,
                    "a vocabulary of %,d does not fit 16 bits: use --bits 32",
                    tokenizer.vocabularySize()));
        }
        try (TokenWriter writer = new TokenWriter(out, tokenizer, Math.max(bits, needed))) {
            Source source = read(rules, new Packing(tokenizer, writer));
            writer.finish();
            tell(source, writer, tokenizer);
        }
        return ExitCode.OK;
    }

    /** No limit of length is needed where nothing is held. */
    private TextRules rules() {
        Values values = new Values();
        values.set("maxTextMegabytes", String.valueOf(ALL_MEGABYTES));
        pairs.forEach(pair -> values.setPair(pair, Keys.TEXT));
        return TrainSettings.of(values).text();
    }

    private Source read(TextRules rules, TextSink sink) {
        try (ReadingProgress progress = new ReadingProgress(io, data)) {
            return new CorpusReader(rules, progress).read(data, sink);
        }
    }

    /** Tokens of each part go to the file. */
    private record Packing(Tokenizer tokenizer, TokenWriter writer) implements TextSink {
        @Override
        public int cut(String text, int least) {
            return tokenizer.cut(text, least);
        }

        @Override
        public void add(String part) {
            writer.add(EncodedText.encode(tokenizer, part, writer.characters()));
            writer.addCharacters(part.codePointCount(0, part.length()));
        }
    }

    private Tokenizer tokenizer(TextRules rules) throws IOException {
        try {
            if (!Tokenizers.needsText(name)) {
                return Tokenizers.find(name);
            }
            if (CorpusReader.isPipe(data)) {
                throw new UsageException("a pipe can be read once, but " + name
                        + " is made from the text before it is encoded: name a tokenizer.json, or pass a file");
            }
            return name.equals(Tokenizers.CHAR) ? characters(rules) : bpe(rules);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private Tokenizer characters(TextRules rules) {
        BitSet found = new BitSet();
        read(rules, new TextSink() {
            @Override
            public int cut(String text, int least) {
                return Character.isLowSurrogate(text.charAt(least)) ? least + 1 : least;
            }

            @Override
            public void add(String part) {
                part.codePoints().forEach(found::set);
            }
        });
        return CharTokenizer.of(found.stream().toArray());
    }

    private Tokenizer bpe(TextRules rules) {
        int size = Tokenizers.size(name);
        BpeTrainer trainer = new BpeTrainer();
        read(rules, new TextSink() {
            @Override
            public int cut(String text, int least) {
                return BpeTrainer.cut(text, least);
            }

            @Override
            public void add(String part) {
                trainer.add(part);
            }
        });
        return trainer.learn(size);
    }

    private void tell(Source source, TokenWriter writer, Tokenizer tokenizer) throws IOException {
        if (!source.changed().isEmpty()) {
            io.say(source.changed() + " (--set keepLineEndings=true leaves them)");
        }
        if (!source.skipped().isEmpty()) {
            io.say("left out: " + source.skipped().size() + ", first: "
                    + source.skipped().getFirst());
        }
        io.say(String.format(
                Locale.ROOT,
                "%s: %,d tokens of a vocabulary of %,d, from %,d characters in %,d %s, %,d bytes",
                out,
                writer.count(),
                tokenizer.vocabularySize(),
                writer.characters(),
                source.files(),
                source.files() == 1 ? "file" : "files",
                Files.size(out)));
        io.say("train on it: tgpt train --data " + out);
    }
}
