package org.tornadogpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tornadogpt.model.internal.Json;
import org.tornadogpt.model.tokenizer.TokenizerFile;

/** Turns text into tokens and back. */
public interface Tokenizer {
    int vocabularySize();

    /** Text to tokens; an error for a character without a token names it and its place. */
    int[] encode(String text);

    /** Tokens to text; a token outside the vocabulary is an error. */
    String decode(int[] tokens);

    /** Tokens that are a text from its beginning: what {@link #encode} put before it is taken away. */
    default String decodeWhole(int[] tokens) {
        return decode(tokens);
    }

    /**
     * Where a text may be cut so that the tokens of its parts are those of the whole.
     *
     * @param least the first place that is asked for
     * @return the first such place from there on; the text's length if it has none
     */
    default int cut(String text, int least) {
        return text.length();
    }

    /**
     * The tokens of a text that may have characters without a token.
     *
     * @param replaced how many of the text's characters were replaced
     * @param leftOut how many of them were left out
     * @param note what was changed to make the text fit, in one line for the user; empty if nothing was
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Encoded(int[] tokens, long replaced, long leftOut, String note) {}

    /**
     * Like {@link #encode}, but characters without a token are replaced or left out, and the note says which and how
     * many.
     */
    Encoded encodePrompt(String text);

    /** Decodes tokens that come one by one. */
    interface Decoder {
        /** What can be shown after one more token: a character of several tokens comes when it is whole. */
        String next(int token);

        /** What is left at the end. */
        String end();
    }

    /** A decoder for one text. */
    default Decoder decoder() {
        return new Decoder() {
            @Override
            public String next(int token) {
                return decode(new int[] {token});
            }

            @Override
            public String end() {
                return "";
            }
        };
    }

    /** How many of a text's characters begin in this token. */
    default int characters(int token) {
        return 1;
    }

    /** The token to begin with where there is no prompt. */
    int startToken();

    /** The special token that ends texts, -1 if there is none. */
    default int endOfText() {
        return -1;
    }

    /** As JSON text, for {@code tokenizer.json}: what Hugging Face's {@code tokenizers} reads. */
    String toJson();

    /**
     * The tokenizer that {@link #toJson} described.
     *
     * @throws IllegalArgumentException if the text is not such a description
     */
    static Tokenizer fromJson(String json) {
        ObjectNode tree = Json.readObject(json);
        if (!tree.has("kind")) {
            return TokenizerFile.read(tree);
        }
        String kind = tree.path("kind").asText();
        if (!CharTokenizer.KIND.equals(kind)) {
            throw new IllegalArgumentException("unknown kind of tokenizer: '" + kind + "'");
        }
        return CharTokenizer.read(json);
    }
}
