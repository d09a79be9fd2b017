package org.tornadogpt.model.tokenizer;

/** Cuts a text into the pieces within which bytes may be merged. */
sealed interface PreTokenizer permits Gpt2Split, Llama3Split, DigitSplit, NoSplit {
    /** Told each piece, in order. */
    @FunctionalInterface
    interface Pieces {
        void piece(int from, int to);
    }

    /** Cuts {@code text} from {@code from} to {@code to} as if there were nothing around it. */
    void split(String text, int from, int to, Pieces pieces);

    /**
     * Whether a text may be cut before any space that follows something else than white space, without changing the
     * pieces. No pattern here has such a space inside a piece, nor looks further back.
     */
    default boolean mayCutBeforeSpaces() {
        return true;
    }
}
