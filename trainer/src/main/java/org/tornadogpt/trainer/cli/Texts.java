package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.tokenizer.Tokenizers;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.EncodedText;
import org.tornadogpt.trainer.data.Source;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.data.StreamedText;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.tokens.TokenFile;
import org.tornadogpt.trainer.train.RunFolder;

/**
 * What a run trains on. The text itself is let go once it is tokens.
 *
 * @param sha256 of the text or the tokens: tells a resumed run whether its data are still the same
 * @param characters of the text, -1 if nobody counted them
 * @param tokenizerName by which the settings know the tokenizer
 */
public record Texts(
        Source source, String sha256, long characters, Tokenizer tokenizer, String tokenizerName, Split split) {
    /**
     * Reads a text, or maps a file of tokens.
     *
     * @param run whose tokenizer is taken if it has one, so that it is not learnt again
     * @param inherited the tokenizer of the model that the run begins with; null for one by the settings
     */
    static Texts read(TrainSettings settings, RunFolder run, Tokenizer inherited, Io io) {
        return read(settings, run.tokenizer(), inherited, io);
    }

    /**
     * Reads a text, or maps a file of tokens.
     *
     * @param kept a tokenizer's file, which is taken if it is there, so that it is not learnt again; null for none
     */
    public static Texts read(TrainSettings settings, Path kept, Io io) {
        return read(settings, kept, null, io);
    }

    private static Texts read(TrainSettings settings, Path kept, Tokenizer inherited, Io io) {
        Texts texts = switch (TokenFile.kind(settings.data())) {
            case PACKED -> packed(settings, kept, inherited);
            case RAW -> of(raw(settings, kept, inherited), settings, kept);
            case NONE -> text(settings, kept, inherited, io);
        };
        texts.split.check(settings.batches().block());
        return texts;
    }

    private static Texts text(TrainSettings settings, Path kept, Tokenizer inherited, Io io) {
        try (ReadingProgress progress = new ReadingProgress(io, settings.data())) {
            CorpusReader reader = new CorpusReader(settings.text(), progress);
            return CorpusReader.inMemory(settings.data(), () -> {
                boolean learnt = inherited == null
                        && !isThere(kept)
                        && settings.tokenizer().startsWith(Tokenizers.BPE);
                return learnt
                        ? of(reader.read(settings.data()), settings, kept)
                        : of(streamed(reader, settings, kept, inherited), settings);
            });
        }
    }

    /** A tokenizer that is learnt needs the whole text. */
    private static Texts of(Corpus corpus, TrainSettings settings, Path kept) {
        Tokenizer tokenizer = own(settings, kept, corpus.text());
        EncodedText encoded = EncodedText.of(tokenizer, corpus.text());
        return of(
                new StreamedText(corpus.source(), corpus.sha256(), encoded.characters(), tokenizer, encoded.tokens()),
                settings);
    }

    private static Texts of(StreamedText text, TrainSettings settings) {
        return new Texts(
                text.source(),
                text.sha256(),
                text.characters(),
                text.tokenizer(),
                settings.tokenizer(),
                Split.of(text.tokens(), settings.batches().validation()));
    }

    /** Where a model is gone on with, characters that the text has besides become tokens, too. */
    private static StreamedText streamed(CorpusReader reader, TrainSettings settings, Path kept, Tokenizer inherited) {
        String data = settings.data();
        if (inherited instanceof CharTokenizer characters) {
            return StreamedText.readCharacters(reader, data, characters);
        }
        if (inherited != null) {
            return StreamedText.read(reader, data, inherited);
        }
        boolean characters = settings.tokenizer().equals(Tokenizers.CHAR) && !isThere(kept);
        return characters
                ? StreamedText.readCharacters(reader, data, null)
                : StreamedText.read(reader, data, own(settings, kept, null));
    }

    private static boolean isThere(Path kept) {
        return kept != null && Files.exists(kept);
    }

    /** @param text null if there is none to make a tokenizer from */
    private static Tokenizer own(TrainSettings settings, Path kept, String text) {
        try {
            if (isThere(kept)) {
                return Tokenizers.read(kept);
            }
            return text == null ? Tokenizers.find(settings.tokenizer()) : Tokenizers.of(settings.tokenizer(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    private static Texts packed(TrainSettings settings, Path kept, Tokenizer inherited) {
        TokenFile file = TokenFile.packed(Path.of(settings.data()));
        boolean named = !settings.tokenizer().equals(Tokenizers.CHAR) && inherited == null;
        if (named && Tokenizers.needsText(settings.tokenizer())) {
            throw new UsageException(settings.data() + " holds tokens, and their tokenizer: leave --tokenizer out");
        }
        boolean known = named || isThere(kept);
        if (known && !own(settings, kept, null).toJson().equals(file.tokenizer().toJson())) {
            throw new UsageException(settings.data() + " was packed with another tokenizer than "
                    + (isThere(kept) ? kept : settings.tokenizer()));
        }
        return of(file, settings, kept);
    }

    private static TokenFile raw(TrainSettings settings, Path kept, Tokenizer inherited) {
        if (inherited == null && !isThere(kept) && Tokenizers.needsText(settings.tokenizer())) {
            throw new UsageException(settings.data()
                    + " holds 16-bit tokens as nanoGPT writes them (its name ends with .bin), but not what they mean:"
                    + " name their tokenizer with --tokenizer gpt2 or a tokenizer.json");
        }
        Path path = Path.of(settings.data());
        return TokenFile.raw(path, inherited == null ? own(settings, kept, null) : inherited);
    }

    private static Texts of(TokenFile file, TrainSettings settings, Path kept) {
        String spec = file.file().toString();
        int files = file.validation() == null ? 1 : 2;
        double share = settings.batches().validation();
        Split split = file.validation() == null || share == 0
                ? Split.of(file.tokens(), share)
                : Split.of(file.tokens(), file.validation());
        if (file.tokens().length() == 0) {
            throw new DataException(spec + " holds no tokens");
        }
        return new Texts(
                new Source(spec, files, List.of(), ""),
                file.sum(),
                file.characters(),
                file.tokenizer(),
                kept == null ? settings.tokenizer() : kept.toAbsolutePath().toString(),
                split);
    }
}
