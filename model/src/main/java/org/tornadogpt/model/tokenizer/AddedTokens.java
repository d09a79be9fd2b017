package org.tornadogpt.model.tokenizer;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** Finds added tokens in a text: the first, and of those that begin there the longest. */
final class AddedTokens {
    /** Told what lies between added tokens, and these. */
    interface Parts {
        void text(int from, int to);

        void added(int id);
    }

    private final List<AddedToken> longestFirst;
    private final BitSet firstChars = new BitSet();

    AddedTokens(List<AddedToken> tokens) {
        longestFirst = tokens.stream()
                .sorted(Comparator.comparingInt((AddedToken t) -> t.content().length())
                        .reversed())
                .toList();
        longestFirst.forEach(t -> firstChars.set(t.content().charAt(0)));
    }

    /** The token that ends texts, -1 if none of these does. */
    static int endOfText(List<AddedToken> tokens) {
        return tokens.stream()
                .filter(t -> t.content().equals(BpeTrainer.END) || t.content().equals("</s>"))
                .mapToInt(AddedToken::id)
                .findFirst()
                .orElse(-1);
    }

    void split(String text, Parts parts) {
        int from = 0;
        int i = 0;
        while (i < text.length() && !longestFirst.isEmpty()) {
            AddedToken found = firstChars.get(text.charAt(i)) ? at(text, i) : null;
            if (found == null) {
                i++;
                continue;
            }
            parts.text(from, i);
            parts.added(found.id());
            i += found.content().length();
            from = i;
        }
        parts.text(from, text.length());
    }

    private AddedToken at(String text, int i) {
        for (AddedToken token : longestFirst) {
            if (text.startsWith(token.content(), i)) {
                return token;
            }
        }
        return null;
    }
}
