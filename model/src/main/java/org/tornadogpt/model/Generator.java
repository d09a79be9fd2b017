package org.tornadogpt.model;

import java.util.function.IntPredicate;

/**
 * Writes on from a prompt, one token at a time. When the text outgrows the model's block the context is cut to its last
 * half, with and without kept keys and values, so that both write the same.
 */
public final class Generator {
    private final LogitsSource source;

    public Generator(LogitsSource source) {
        this.source = source;
    }

    /**
     * Writes tokens one by one.
     *
     * @param prompt at least one token
     * @param count how many tokens to write; {@link Long#MAX_VALUE} for no end
     * @param onToken told each token; returns whether to go on
     * @return how many tokens were written
     */
    public long generate(int[] prompt, long count, Sampling sampling, IntPredicate onToken) {
        checkCount(count);
        ContextWindow window = new ContextWindow(source.model().blockSize(), prompt);
        Chooser chooser = new Chooser(sampling, prompt);
        for (long number = 0; number < count; number++) {
            int token = chooser.choose(source.logits(window.tokens()));
            if (!onToken.test(token)) {
                return number + 1;
            }
            window.add(token);
        }
        return count;
    }

    /** {@code count} tokens after a prompt, all at once. */
    public int[] generate(int[] prompt, int count, Sampling sampling) {
        int[] tokens = new int[count];
        int[] written = {0};
        generate(prompt, (long) count, sampling, token -> {
            tokens[written[0]++] = token;
            return true;
        });
        return tokens;
    }

    static void checkCount(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("the number of tokens must not be negative, got " + count);
        }
    }
}
