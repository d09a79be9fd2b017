package org.tornadogpt.model.tokenizer;

/**
 * Numbers apart from everything else, then another pre-tokenizer for each part ({@code Digits} of Hugging Face).
 *
 * @param individual whether each digit is a part of its own
 */
record DigitSplit(boolean individual, PreTokenizer then) implements PreTokenizer {
    @Override
    public void split(String text, int from, int to, Pieces pieces) {
        int start = from;
        while (start < to) {
            int codePoint = CharClass.codePointAt(text, start, to);
            boolean number = CharClass.of(codePoint) == CharClass.NUMBER;
            int end = start + Character.charCount(codePoint);
            while (end < to && !(number && individual)) {
                int next = CharClass.codePointAt(text, end, to);
                if ((CharClass.of(next) == CharClass.NUMBER) != number) {
                    break;
                }
                end += Character.charCount(next);
            }
            then.split(text, start, end, pieces);
            start = end;
        }
    }

    @Override
    public boolean mayCutBeforeSpaces() {
        return then.mayCutBeforeSpaces();
    }
}
