package org.tornadogpt.model;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Writes on from a prompt, one token at a time.
 *
 * <p>The context grows with each token. When it becomes longer than the model's block it is cut to its last {@code T/2} tokens
 * (at least one) and grows again. Cutting rarely and by much, rather than by one token each time, lets positions stay what they
 * were between cuts; a key/value cache with this policy writes the same text.
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
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt must have at least one token");
        }
        if (count < 0) {
            throw new IllegalArgumentException("the number of tokens must not be negative, got " + count);
        }
        int[] context = prompt.clone();
        for (long number = 0; number < count; number++) {
            context = fit(context);
            int token = sampling.choose(source.logits(context), number);
            if (!onToken.test(token)) {
                return number + 1;
            }
            context = Arrays.copyOf(context, context.length + 1);
            context[context.length - 1] = token;
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

    private int[] fit(int[] context) {
        int T = source.model().blockSize();
        if (context.length <= T) {
            return context;
        }
        return Arrays.copyOfRange(context, context.length - Math.max(1, T / 2), context.length);
    }
}
