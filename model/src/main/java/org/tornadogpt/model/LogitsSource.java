package org.tornadogpt.model;

/** Something that predicts the next token. */
public interface LogitsSource {
    LanguageModel model();

    /**
     * The logits (V) of the token after a context.
     *
     * @param context 1 to T tokens
     * @throws IllegalArgumentException for an empty or too long context or a token outside the vocabulary
     */
    float[] logits(int[] context);
}
