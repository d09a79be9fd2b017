package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.util.Optional;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.Part;
import org.tornadogpt.trainer.data.Corpus;
import org.tornadogpt.trainer.data.CorpusReader;
import org.tornadogpt.trainer.data.DataException;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.settings.TrainSettings;

/** A text as a model reads it. */
record EvaluatedText(Split split, Tokenizer tokenizer, Tokenizer.Encoded encoded) {
    /**
     * Reads it, and warns of what is not as one might think.
     *
     * @param expected SHA-256 of the text that the model was trained on; empty if this is another
     */
    static EvaluatedText read(Io io, Checkpoint checkpoint, TrainSettings settings, Optional<String> expected)
            throws IOException {
        try (ReadingProgress progress = new ReadingProgress(io, settings.data())) {
            Corpus corpus = new CorpusReader(settings.text(), progress).read(settings.data());
            warn(io, corpus, expected);
            return CorpusReader.inMemory(corpus.spec(), () -> {
                Tokenizer.Encoded encoded = checkpoint.tokenizer().encodePrompt(corpus.text());
                if (encoded.replaced() == encoded.tokens().length) {
                    throw new DataException("the model cannot read " + corpus.spec() + ": " + encoded.note());
                }
                Split split = Split.of(encoded.tokens(), settings.batches().validation());
                return new EvaluatedText(split, checkpoint.tokenizer(), encoded);
            });
        }
    }

    private static void warn(Io io, Corpus corpus, Optional<String> expected) {
        if (!corpus.changed().isEmpty()) {
            io.warn(corpus.changed() + " (--keep-line-endings leaves them)");
        }
        if (!corpus.skipped().isEmpty()) {
            io.warn("left out: " + corpus.skipped().size() + ", first: "
                    + corpus.skipped().get(0));
        }
        if (expected.isPresent() && !expected.get().equals(corpus.sha256())) {
            io.warn("the text at " + corpus.spec() + " is not the one this run was trained on");
        }
    }

    /** A model of longer pieces has a higher loss for each token and fewer of them. */
    double tokensPerCharacter(Part part) {
        long characters = 0;
        for (int i = part.from(); i < part.to(); i++) {
            characters += tokenizer.characters(part.tokens()[i]);
        }
        return characters == 0 ? 1 : (double) part.length() / characters;
    }

    /** What of the text the model does not know, if anything. */
    void printNote(Io io) {
        if (!encoded.note().isEmpty()) {
            io.out().println(encoded.note());
            io.out()
                    .println(
                            encoded.replaced() > 0
                                    ? "bits per character count each of those as the space that the model saw in its"
                                            + " place"
                                    : "bits per character are of the characters that are left");
        }
    }
}
