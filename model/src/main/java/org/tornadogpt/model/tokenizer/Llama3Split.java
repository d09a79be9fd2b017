package org.tornadogpt.model.tokenizer;

/**
 * Llama 3's pre-tokenisation, as written by hand for
 *
 * <pre>
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 * </pre>
 *
 * @param digits longest number: 3, or 1 in Qwen's form
 */
record Llama3Split(int digits) implements PreTokenizer {
    private static final String START = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}";
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** The regular expression in Hugging Face's files. */
    String pattern() {
        return START + (digits == 1 ? "" : "{1," + digits + "}") + REST;
    }

    @Override
    public void split(String text, int from, int to, Pieces pieces) {
        int start = from;
        while (start < to) {
            int end = end(text, start, to);
            pieces.piece(start, end);
            start = end;
        }
    }

    private int end(String text, int start, int to) {
        int contraction = Contraction.length(text, start, to, true);
        if (contraction > 0) {
            return start + contraction;
        }
        int first = CharClass.codePointAt(text, start, to);
        int kind = CharClass.of(first);
        int second = start + Character.charCount(first);
        int next = second < to ? CharClass.of(CharClass.codePointAt(text, second, to)) : -1;
        boolean lineEnd = first == '\r' || first == '\n';
        if (kind == CharClass.LETTER || (kind != CharClass.NUMBER && !lineEnd && next == CharClass.LETTER)) {
            return CharClass.run(text, second, to, CharClass.LETTER);
        }
        if (kind == CharClass.NUMBER) {
            return number(text, start, to);
        }
        if (kind == CharClass.OTHER || (first == ' ' && next == CharClass.OTHER)) {
            return lineEnds(text, CharClass.run(text, second, to, CharClass.OTHER), to);
        }
        return spaces(text, start, to);
    }

    private int number(String text, int start, int to) {
        int end = start;
        for (int i = 0; i < digits && end < to; i++) {
            int codePoint = CharClass.codePointAt(text, end, to);
            if (CharClass.of(codePoint) != CharClass.NUMBER) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return end;
    }

    private static int lineEnds(String text, int from, int to) {
        int end = from;
        while (end < to && isLineEnd(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isLineEnd(char c) {
        return c == '\r' || c == '\n';
    }

    private static int spaces(String text, int start, int to) {
        int end = CharClass.run(text, start, to, CharClass.SPACE);
        for (int i = end - 1; i >= start; i--) {
            if (isLineEnd(text.charAt(i))) {
                return i + 1;
            }
        }
        return Gpt2Split.spaces(text, start, to);
    }
}
