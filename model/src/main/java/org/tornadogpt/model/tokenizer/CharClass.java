package org.tornadogpt.model.tokenizer;

/**
 * The classes of code points that pre-tokenisation tells apart: Unicode's {@code \p{L}}, {@code \p{N}}, {@code \s}, and
 * the rest.
 */
final class CharClass {
    static final int OTHER = 0;
    static final int LETTER = 1;
    static final int NUMBER = 2;
    static final int SPACE = 3;

    private static final int ASCII = 128;
    private static final byte[] OF_ASCII = new byte[ASCII];

    static {
        for (int c = 0; c < ASCII; c++) {
            OF_ASCII[c] = (byte) find(c);
        }
    }

    private CharClass() {}

    static int of(int codePoint) {
        return codePoint < ASCII ? OF_ASCII[codePoint] : find(codePoint);
    }

    private static int find(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            default -> (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85 ? SPACE : OTHER;
        };
    }

    /** End of the run of code points of one class that begins at {@code from}. */
    static int run(String text, int from, int to, int kind) {
        int i = from;
        while (i < to) {
            int codePoint = codePointAt(text, i, to);
            if (of(codePoint) != kind) {
                break;
            }
            i += Character.charCount(codePoint);
        }
        return i;
    }

    /** As {@link String#codePointAt}, but sees nothing from {@code to} on. */
    static int codePointAt(String text, int i, int to) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
            return Character.toCodePoint(c, text.charAt(i + 1));
        }
        return c;
    }
}
