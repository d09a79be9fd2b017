package org.tornadogpt.trainer.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.tornadogpt.model.CharTokenizer;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.CompactTokens;

/**
 * A text that was read part by part: of all that was read only the tokens are held.
 *
 * @param sha256 of the text as UTF-8; see {@link Corpus#sha256}
 * @param characters code points of the text
 */
public record StreamedText(Source source, String sha256, long characters, Tokenizer tokenizer, CompactTokens tokens) {
    /**
     * Reads a text whose tokenizer is known.
     *
     * @throws DataException if it cannot be read, or a character has no token
     */
    public static StreamedText read(CorpusReader reader, String spec, Tokenizer tokenizer) {
        Sink sink = new Sink(new Known(tokenizer, new CompactTokens(tokenizer.vocabularySize())));
        Source source = reader.read(spec, sink);
        return sink.end(source);
    }

    /**
     * Reads a text whose characters are its tokens.
     *
     * @param base whose characters have tokens whether they are in the text or not; null for none
     */
    public static StreamedText readCharacters(CorpusReader reader, String spec, CharTokenizer base) {
        Sink sink = new Sink(new GrowingCharacters(base));
        Source source = reader.read(spec, sink);
        return sink.end(source);
    }

    /** Makes tokens of parts. */
    interface Encoder {
        /** See {@link TextSink#cut}. */
        int cut(String text, int least);

        /**
         * Appends the tokens of a part.
         *
         * @param before characters that came before it
         */
        void add(String part, long before);

        /** The tokenizer, once all parts were added. */
        Tokenizer tokenizer();

        /** All tokens, by the numbers of that tokenizer. */
        CompactTokens tokens();
    }

    private record Known(Tokenizer tokenizer, CompactTokens tokens) implements Encoder {
        @Override
        public int cut(String text, int least) {
            return tokenizer.cut(text, least);
        }

        @Override
        public void add(String part, long before) {
            tokens.add(EncodedText.encode(tokenizer, part, before));
        }
    }

    private static final class Sink implements TextSink {
        private final Encoder encoder;
        private final MessageDigest digest = Corpus.newSha256();
        private long characters;

        Sink(Encoder encoder) {
            this.encoder = encoder;
        }

        @Override
        public int cut(String text, int least) {
            return encoder.cut(text, least);
        }

        @Override
        public void add(String part) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            encoder.add(part, characters);
            characters += part.codePointCount(0, part.length());
        }

        StreamedText end(Source source) {
            String sha256 = HexFormat.of().formatHex(digest.digest());
            return new StreamedText(source, sha256, characters, encoder.tokenizer(), encoder.tokens());
        }
    }
}
