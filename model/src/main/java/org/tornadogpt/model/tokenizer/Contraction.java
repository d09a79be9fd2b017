package org.tornadogpt.model.tokenizer;

/** {@code 's|'t|'re|'ve|'m|'ll|'d}. */
final class Contraction {
    /** U+017F folds to s, and does so in the regular expressions that this stands for. */
    private static final char LONG_S = '\u017F';

    private Contraction() {}

    /** Its length at {@code start}, 0 if there is none. */
    static int length(String text, int start, int to, boolean anyCase) {
        if (text.charAt(start) != '\'' || start + 1 >= to) {
            return 0;
        }
        char first = fold(text.charAt(start + 1), anyCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return 2;
        }
        char second = start + 2 < to ? fold(text.charAt(start + 2), anyCase) : 0;
        boolean two = (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
        return two ? 3 : 0;
    }

    private static char fold(char c, boolean anyCase) {
        if (!anyCase) {
            return c;
        }
        return c == LONG_S ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
