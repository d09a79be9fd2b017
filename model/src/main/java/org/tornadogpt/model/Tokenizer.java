package org.tornadogpt.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** Turns text into tokens and back. */
public interface Tokenizer {
    int vocabularySize();

    /** Text to tokens; an error for a character without a token names it and its place. */
    int[] encode(String text);

    /** Tokens to text; a token outside the vocabulary is an error. */
    String decode(int[] tokens);

    /**
     * The tokens of a text that may have characters without a token.
     *
     * @param replaced how many of the text's characters were replaced
     * @param leftOut how many of them were left out
     * @param note what was changed to make the text fit, in one line for the user; empty if nothing was
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Encoded(int[] tokens, long replaced, long leftOut, String note) {}

    /** Like {@link #encode}, but characters without a token are replaced or left out, and the note says which and how many. */
    Encoded encodePrompt(String text);

    /** The token to begin with where there is no prompt. */
    int startToken();

    /** As JSON text, for {@code tokenizer.json}. */
    String toJson();

    /**
     * The tokenizer that {@link #toJson} described.
     *
     * @throws IllegalArgumentException if the text is not such a description
     */
    static Tokenizer fromJson(String json) {
        Kind kind = Json.read(json, Kind.class);
        if (!CharTokenizer.KIND.equals(kind.kind)) {
            throw new IllegalArgumentException("unknown kind of tokenizer: '" + kind.kind + "'");
        }
        return CharTokenizer.read(json);
    }

    /** What descriptions of all kinds have in common. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Kind(String kind) {}
}
