package org.tornadogpt.trainer.cli;

import org.tornadogpt.model.Tokenizer;

/**
 * A prompt as a tokenizer knows it.
 *
 * @param text what is shown of it
 * @param context where the model begins: the prompt's tokens, or the start token where there are none
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
record Prompt(String text, int[] context) {
    /** Encodes {@code text}; what had to be changed is said on standard error. */
    static Prompt of(Io io, Tokenizer tokenizer, String text) {
        Tokenizer.Encoded encoded = tokenizer.encodePrompt(text);
        if (!encoded.note().isEmpty()) {
            io.warn(encoded.note());
        }
        int[] tokens = encoded.tokens();
        return new Prompt(
                tokenizer.decodeWhole(tokens), tokens.length == 0 ? new int[] {tokenizer.startToken()} : tokens);
    }
}
