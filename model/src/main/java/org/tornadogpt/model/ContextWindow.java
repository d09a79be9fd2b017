package org.tornadogpt.model;

import java.util.Arrays;

/**
 * The tokens that a model sees of a text that is being written. The window grows with each token. When it would become
 * longer than the model's block it is cut to its last {@code T/2} tokens (at least one) and grows again. Cutting rarely
 * and by much, rather than by one token each time, lets positions stay what they were between cuts, so that keys and
 * values can be kept.
 */
public final class ContextWindow {
    private final int T;
    private int[] tokens;
    private int length;

    /** @param prompt at least one token */
    public ContextWindow(int T, int... prompt) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt must have at least one token");
        }
        this.T = T;
        tokens = Arrays.copyOf(prompt, Math.max(prompt.length, T));
        length = prompt.length;
        cut();
    }

    /** A copy. */
    public ContextWindow(ContextWindow other) {
        T = other.T;
        tokens = other.tokens.clone();
        length = other.length;
    }

    /** The window as it is. */
    public int[] tokens() {
        return Arrays.copyOf(tokens, length);
    }

    /** Adds a token; returns whether the window was cut, so that what was kept of it is worth nothing. */
    public boolean add(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, length + 1);
        }
        tokens[length++] = token;
        return cut();
    }

    private boolean cut() {
        if (length <= T) {
            return false;
        }
        int keep = Math.max(1, T / 2);
        System.arraycopy(tokens, length - keep, tokens, 0, keep);
        length = keep;
        return true;
    }
}
