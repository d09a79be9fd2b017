package org.tornadogpt.model.training;

/**
 * A stretch of a sequence of tokens: the training part or the validation part.
 *
 * @param name for messages
 * @param tokens the whole sequence
 * @param from first token of the part
 * @param to end of the part, exclusive
 */
public record Part(String name, Tokens tokens, long from, long to) {
    public Part {
        if (from < 0 || from > to || to > tokens.length()) {
            throw new IllegalArgumentException("part [" + from + ", " + to + ") of " + tokens.length() + " tokens");
        }
    }

    /** A part of an array. */
    public Part(String name, int[] tokens, int from, int to) {
        this(name, Tokens.of(tokens), from, to);
    }

    /** A whole sequence. */
    public static Part whole(String name, Tokens tokens) {
        return new Part(name, tokens, 0, tokens.length());
    }

    public long length() {
        return to - from;
    }

    /**
     * Number of places where a block and its targets (one token further on) fit.
     *
     * @throws IllegalArgumentException if there is none
     */
    public long positions(int block) {
        if (length() < block + 1) {
            throw new IllegalArgumentException("the " + name + " part has " + length() + " tokens, a block of " + block
                    + " needs at least " + (block + 1) + ": use a longer text or a smaller block");
        }
        return length() - block;
    }
}
