package org.tornadogpt.trainer.data;

import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.CompactTokens;

/** A text as tokens, made part by part: no list of all its tokens as ints comes to be. */
public final class EncodedText {
    private final CompactTokens tokens;
    private long characters;

    private EncodedText(int vocabulary) {
        tokens = new CompactTokens(vocabulary);
    }

    /**
     * Encodes a text.
     *
     * @throws DataException if a character has no token
     */
    public static EncodedText of(Tokenizer tokenizer, String text) {
        EncodedText encoded = new EncodedText(tokenizer.vocabularySize());
        int from = 0;
        while (from < text.length()) {
            int least = (int) Math.min(text.length(), (long) from + TextSink.PART);
            int to = least == text.length() ? least : tokenizer.cut(text, least);
            String part = text.substring(from, to);
            encoded.tokens.add(encode(tokenizer, part, encoded.characters));
            encoded.characters += part.codePointCount(0, part.length());
            from = to;
        }
        return encoded;
    }

    /**
     * The tokens of a part.
     *
     * @param before characters that came before it
     * @throws DataException if a character has no token
     */
    public static int[] encode(Tokenizer tokenizer, String part, long before) {
        try {
            return tokenizer.encode(part);
        } catch (IllegalArgumentException e) {
            throw new DataException(e.getMessage() + (before == 0 ? "" : ", counted from character " + before), e);
        }
    }

    public CompactTokens tokens() {
        return tokens;
    }

    /** Code points of the text. */
    public long characters() {
        return characters;
    }
}
