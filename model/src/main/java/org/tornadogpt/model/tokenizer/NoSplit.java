package org.tornadogpt.model.tokenizer;

/** The whole text is one piece. */
record NoSplit() implements PreTokenizer {
    @Override
    public void split(String text, int from, int to, Pieces pieces) {
        if (from < to) {
            pieces.piece(from, to);
        }
    }

    @Override
    public boolean mayCutBeforeSpaces() {
        return false;
    }
}
