package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.tokens.TokenFile;

/**
 * A text as a model reads it.
 *
 * @param note what was changed to make it fit, empty if nothing was
 * @param replaced characters that were
 */
record EvaluatedText(Split split, Tokenizer tokenizer, String note, long replaced) {
    /**
     * Reads it, and warns of what is not as one might think.
     *
     * @param expected SHA-256 of the text that the model was trained on; empty if this is another
     */
    static EvaluatedText read(Io io, Checkpoint checkpoint, TrainSettings settings, Optional<String> expected)
            throws IOException {
        Tokenizer tokenizer = checkpoint.tokenizer();
        double share = settings.batches().validation();
        TokenFile.Kind kind = TokenFile.kind(settings.data());
        if (kind != TokenFile.Kind.NONE) {
            return readTokens(io, kind, tokenizer, settings.data(), share, expected);
        }
        try (ReadingProgress progress = new ReadingProgress(io, settings.data())) {
            Corpus corpus = new CorpusReader(settings.text(), progress).read(settings.data());
            warn(io, corpus, expected);
            return CorpusReader.inMemory(corpus.spec(), () -> {
                Tokenizer.Encoded encoded = tokenizer.encodePrompt(corpus.text());
                if (encoded.replaced() == encoded.tokens().length) {
                    throw new DataException("the model cannot read " + corpus.spec() + ": " + encoded.note());
                }
                return new EvaluatedText(
                        Split.of(encoded.tokens(), share), tokenizer, encoded.note(), encoded.replaced());
            });
        }
    }

    private static EvaluatedText readTokens(
            Io io, TokenFile.Kind kind, Tokenizer tokenizer, String spec, double share, Optional<String> expected)
            throws IOException {
        Path path = Path.of(spec);
        TokenFile file = kind == TokenFile.Kind.PACKED ? TokenFile.packed(path) : TokenFile.raw(path, tokenizer);
        if (!file.tokenizer().toJson().equals(tokenizer.toJson())) {
            throw new DataException(spec + " was packed with another tokenizer than the model's");
        }
        warnIfAnother(io, spec, file.sum(), expected);
        Split split = file.validation() == null || share == 0
                ? Split.of(file.tokens(), share)
                : Split.of(file.tokens(), file.validation());
        return new EvaluatedText(split, tokenizer, "", 0);
    }

    private static void warn(Io io, Corpus corpus, Optional<String> expected) {
        if (!corpus.changed().isEmpty()) {
            io.warn(corpus.changed() + " (--keep-line-endings leaves them)");
        }
        if (!corpus.skipped().isEmpty()) {
            io.warn("left out: " + corpus.skipped().size() + ", first: "
                    + corpus.skipped().get(0));
        }
        warnIfAnother(io, corpus.spec(), corpus.sha256(), expected);
    }

    private static void warnIfAnother(Io io, String spec, String found, Optional<String> expected) {
        if (expected.isPresent() && !expected.get().equals(found)) {
            io.warn("the text at " + spec + " is not the one this run was trained on");
        }
    }

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

    /** What of the text the model does not know, if anything. */
    void printNote(Io io) {
        if (!note.isEmpty()) {
            io.out().println(note);
            io.out()
                    .println(
                            replaced > 0
                                    ? "bits per character count each of those as the space that the model saw in its"
                                            + " place"
                                    : "bits per character are of the characters that are left");
        }
    }
}
