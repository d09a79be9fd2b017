package org.tornadogpt.model;

import java.util.Locale;
import org.tornadogpt.kernels.memory.Slice;

/** Argument checks whose messages name the setting and its value. */
final class Checks {
    /** Parameter, gradient and two moments. */
    private static final int TRAINING_BYTES = 4 * Float.BYTES;

    private Checks() {}

    static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, got " + value);
        }
    }

    /**
     * A model's parameters lie in one array.
     *
     * @param count exact as far as it is allowed, so that sizes may be given that no int can count
     */
    static void parameters(double count) {
        if (count > Slice.LONGEST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "a model of %,.0f parameters, which training needs %,.0f GiB for, cannot be made: one array"
                            + " holds at most %,d",
                    count,
                    count * TRAINING_BYTES / (1 << 30),
                    Slice.LONGEST));
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
