package org.tornadogpt.model.tokenizer;

/**
 * GPT-2's pre-tokenisation (Radford et al. 2019), as written by hand for
 *
 * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
 */
record Gpt2Split() implements PreTokenizer {
    /** The regular expression in Hugging Face's files. */
    static final String PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    @Override
    public void split(String text, int from, int to, Pieces pieces) {
        int start = from;
        while (start < to) {
            int end = end(text, start, to);
            pieces.piece(start, end);
            start = end;
        }
    }

    private static int end(String text, int start, int to) {
        int contraction = Contraction.length(text, start, to, false);
        if (contraction > 0) {
            return start + contraction;
        }
        int body = text.charAt(start) == ' ' && start + 1 < to ? start + 1 : start;
        int kind = CharClass.of(CharClass.codePointAt(text, body, to));
        if (kind != CharClass.SPACE) {
            return CharClass.run(text, body, to, kind);
        }
        return spaces(text, start, to);
    }

    /** {@code \s+(?!\S)|\s+}: the last space before something else is left to that. */
    static int spaces(String text, int start, int to) {
        int end = CharClass.run(text, start, to, CharClass.SPACE);
        return end == to || end - start == 1 ? end : end - 1;
    }
}
