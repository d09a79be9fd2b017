package org.tornadogpt.model;

/** Argument checks whose messages name the setting and its value. */
final class Checks {
    private Checks() {}

    static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, got " + value);
        }
    }

    /** A context is 1 to T tokens of the vocabulary. */
    static void context(int[] context, LanguageModel model) {
        int T = model.blockSize();
        if (context.length < 1 || context.length > T) {
            throw new IllegalArgumentException("a context must have 1 to " + T + " tokens, got " + context.length);
        }
        tokens("context", context, context.length, model.vocabularySize());
    }

    /** Every token must be an index into the vocabulary: kernels do not check. */
    static void tokens(String name, int[] tokens, int expected, int vocabularySize) {
        if (tokens.length != expected) {
            throw new IllegalArgumentException(name + ": expected " + expected + " tokens, got " + tokens.length);
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabularySize) {
                throw new IllegalArgumentException(
                        name + ": token " + tokens[i] + " at " + i + " lies outside a vocabulary of " + vocabularySize);
            }
        }
    }
}
