package org.tornadogpt.model;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Turns text into tokens and back. */
public interface Tokenizer {
    int vocabularySize();

    /** Text to tokens; an error for a character without a token names it and its place. */
    int[] encode(String text);

    /** Tokens to text; a token outside the vocabulary is an error. */
    String decode(int[] tokens);

    /**
     * A prompt's tokens.
     *
     * @param note what was changed to make the prompt fit, in one line for the user; empty if nothing was
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Encoded(int[] tokens, String note) {}

    /** Like {@link #encode}, but characters without a token are replaced or left out, and the note says so. */
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
        ObjectNode tree = Json.readObject(json);
        String kind = tree.path("kind").asText();
        if (!kind.equals(CharTokenizer.KIND)) {
            throw new IllegalArgumentException("unknown kind of tokenizer: '" + kind + "'");
        }
        return CharTokenizer.fromTree(tree);
    }
}
