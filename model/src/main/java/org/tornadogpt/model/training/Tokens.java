package org.tornadogpt.model.training;

/** A sequence of tokens, in memory or in a file. Any thread may read. */
public interface Tokens {
    /** How many there are. */
    long length();

    /**
     * Copies a stretch.
     *
     * @param from the first token's place
     * @param to overwritten from {@code at} on
     * @param count tokens to copy
     */
    void copy(long from, int[] to, int at, int count);

    /** Tokens that are in an array already; it is not copied. */
    static Tokens of(int... tokens) {
        return new Tokens() {
            @Override
            public long length() {
                return tokens.length;
            }

            @Override
            public void copy(long from, int[] to, int at, int count) {
                System.arraycopy(tokens, Math.toIntExact(from), to, at, count);
            }
        };
    }

    /** Told of tokens in their order. */
    @FunctionalInterface
    interface Visitor {
        /** The next {@code count} tokens; the array is used again. */
        void visit(int[] tokens, int count);
    }

    /** Shows all tokens of a stretch, in parts. */
    default void visit(long from, long to, Visitor visitor) {
        int[] part = new int[(int) Math.min(1 << 16, to - from)];
        for (long at = from; at < to; at += part.length) {
            int count = (int) Math.min(part.length, to - at);
            copy(at, part, 0, count);
            visitor.visit(part, count);
        }
    }
}
