package org.tornadogpt.model.tokenizer;

/**
 * How spaces become {@code U+2581}, the mark that words begin with.
 *
 * @param prefix where a mark is put before a text that begins without a space
 * @param split whether each mark begins a piece of its own, across which nothing is merged
 * @param strips whether a whole text is shown without its first space
 */
record WordMarks(Prefix prefix, boolean split, boolean strips) {
    static final char MARK = '\u2581';

    /** Where a mark is put. */
    enum Prefix {
        NEVER,
        /** Before the part of a text that it begins with, unless it has one. */
        FIRST,
        /** Before each part between added tokens, unless it has one. */
        EACH,
        /** Before each part between added tokens, even a second one. */
        DOUBLED
    }

    /** A part of a text between added tokens, its spaces as marks. */
    String mark(String part, boolean first) {
        String marked = part.replace(' ', MARK);
        boolean put = switch (prefix) {
            case NEVER -> false;
            case FIRST -> first && marked.charAt(0) != MARK;
            case EACH -> marked.charAt(0) != MARK;
            case DOUBLED -> true;
        };
        return put ? MARK + marked : marked;
    }

    /** The first mark after {@code at} that follows something else than a mark; {@code to} if there is none. */
    static int nextWord(String marked, int at, int to) {
        for (int i = at + 1; i < to; i++) {
            if (marked.charAt(i) == MARK && marked.charAt(i - 1) != MARK) {
                return i;
            }
        }
        return to;
    }
}
