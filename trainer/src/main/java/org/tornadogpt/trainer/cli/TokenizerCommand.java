package org.tornadogpt.trainer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.BpeTrainer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.TextRules;
import org.tornadogpt.trainer.files.WholeFile;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tgpt tokenizer}. */
@Command(
        name = "tokenizer",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Learns a tokenizer from a text, and shows how one cuts a text.",
        synopsisSubcommandLabel = "(train | show | save)")
final class TokenizerCommand implements Callable<Integer> {
    private final Io io;

    @Spec
    private CommandSpec spec;

    TokenizerCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(io.err());
        return ExitCode.USAGE;
    }

    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = {
                "Learns byte-level BPE with GPT-2's pre-tokenisation and writes a tokenizer.json.",
                "The same text gives the same file. 'tgpt train --tokenizer FILE' uses it."
            })
    int train(
            @Option(
                            names = "--data",
                            required = true,
                            paramLabel = "WHAT",
                            description = "The text; see 'tgpt data list'.")
                    String data,
            @Option(
                            names = "--size",
                            paramLabel = "N",
                            description = "Tokens, special ones included [4096].",
                            defaultValue = "4096")
                    int size,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            description = "What to write [tokenizer.json].",
                            defaultValue = "tokenizer.json")
                    Path out)
            throws IOException {
        if (size < BpeTrainer.SMALLEST || size > BpeTrainer.LARGEST) {
            throw new UsageException("--size must be " + BpeTrainer.SMALLEST + " (bytes and an end of text) to "
                    + BpeTrainer.LARGEST + ", got " + size);
        }
        Corpus corpus = read(data);
        long start = System.nanoTime();
        Tokenizer tokenizer = CorpusReader.inMemory(data, () -> BpeTrainer.train(corpus.text(), size));
        double trained = seconds(start);
        WholeFile.write(out.toAbsolutePath(), tokenizer.toJson().getBytes(StandardCharsets.UTF_8));
        start = System.nanoTime();
        int tokens = CorpusReader.inMemory(data, () -> tokenizer.encode(corpus.text())).length;
        double encoded = seconds(start);
        long characters = corpus.text().codePointCount(0, corpus.text().length());
        io.say(String.format(
                Locale.ROOT,
                "%s: %,d tokens, learnt from %,d characters in %.1f s",
                out,
                tokenizer.vocabularySize(),
                characters,
                trained));
        if (tokenizer.vocabularySize() < size) {
            io.say("fewer than " + size + ": no more pairs occur twice in this text");
        }
        io.say(String.format(
                Locale.ROOT,
                "the text is %,d tokens, %.2f characters each; encoded in %.1f s",
                tokens,
                (double) characters / tokens,
                encoded));
        return ExitCode.OK;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private Corpus read(String data) {
        try (ReadingProgress progress = new ReadingProgress(io, data)) {
            return new CorpusReader(TextRules.USUAL, progress).read(data);
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Shows a text's pieces, in turns of colour on a terminal, else each between bars.")
    int show(
            @Option(
                            names = "--tokenizer",
                            required = true,
                            paramLabel = "NAME",
                            description =
                                    "byte, gpt2, a tokenizer.json, or a folder (a run, a checkpoint) that has one.")
                    String name,
            @Option(names = "--text", paramLabel = "TEXT", description = "The text.") String text,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "A file with the text, taken letter by letter.")
                    Path file,
            @Option(
                            names = "--json-lines",
                            paramLabel = "FILE",
                            description = "A file with a JSON string a line; writes a JSON array of tokens for each.")
                    Path lines,
            @Option(names = "--ids", description = "Writes the tokens' numbers instead.") boolean ids)
            throws IOException {
        if ((text == null ? 0 : 1) + (file == null ? 0 : 1) + (lines == null ? 0 : 1) != 1) {
            throw new UsageException("give one of --text TEXT, --file FILE and --json-lines FILE");
        }
        Tokenizer tokenizer = tokenizer(name);
        if (lines != null) {
            return showLines(tokenizer, lines);
        }
        String shown = text != null ? text : Files.readString(file, StandardCharsets.UTF_8);
        long start = System.nanoTime();
        int[] tokens = tokenizer.encode(shown);
        double seconds = seconds(start);
        if (ids) {
            io.out().println(Arrays.stream(tokens).mapToObj(String::valueOf).collect(Collectors.joining(" ")));
        } else {
            pieces(tokenizer, tokens);
        }
        long characters = shown.codePointCount(0, shown.length());
        io.err()
                .printf(
                        Locale.ROOT,
                        "%,d characters, %,d tokens of a vocabulary of %,d, encoded in %.3f s%n",
                        characters,
                        tokens.length,
                        tokenizer.vocabularySize(),
                        seconds);
        return ExitCode.OK;
    }

    @Command(
            name = "save",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "Writes a tokenizer that needs no text as a tokenizer.json.")
    int save(
            @Option(
                            names = "--tokenizer",
                            required = true,
                            paramLabel = "NAME",
                            description = "byte, gpt2, or what 'tgpt tokenizer show' takes.")
                    String name,
            @Option(names = "--out", required = true, paramLabel = "FILE", description = "What to write.") Path out)
            throws IOException {
        WholeFile.write(out.toAbsolutePath(), tokenizer(name).toJson().getBytes(StandardCharsets.UTF_8));
        io.say("wrote " + out);
        return ExitCode.OK;
    }

    private Tokenizer tokenizer(String name) throws IOException {
        if (Tokenizers.needsText(name)) {
            throw new UsageException("'" + name + "' is made from a text: name the tokenizer.json that came of it");
        }
        Path last = Path.of(name).resolve("last");
        return Tokenizers.find(
                !Tokenizers.isName(name) && Files.exists(last.resolve("tokenizer.json")) ? last.toString() : name);
    }

    private int showLines(Tokenizer tokenizer, Path lines) throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(lines, StandardCharsets.UTF_8)) {
            try {
                io.out().println(Arrays.toString(tokenizer.encode(json.readValue(line, String.class))));
            } catch (JsonProcessingException e) {
                throw new UsageException(lines + " does not hold a JSON string in each line: " + line, e);
            }
        }
        return ExitCode.OK;
    }

    private void pieces(Tokenizer tokenizer, int... tokens) {
        boolean colours = io.screen().out().colours().on();
        Tokenizer.Decoder decoder = tokenizer.decoder();
        StringBuilder shown = new StringBuilder();
        int colour = 0;
        for (int token : tokens) {
            String piece = decoder.next(token);
            if (piece.isEmpty()) {
                continue; // a character of several tokens is shown as one
            }
            if (colours) {
                shown.append("\033[4")
                        .append(colour % 2 == 0 ? '4' : '2')
                        .append('m')
                        .append(piece)
                        .append("\033[0m");
            } else {
                shown.append(colour == 0 ? "|" : "").append(piece).append('|');
            }
            colour++;
        }
        io.out().println(shown.append(decoder.end()));
    }
}
