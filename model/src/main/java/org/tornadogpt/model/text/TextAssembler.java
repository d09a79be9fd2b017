package org.tornadogpt.model.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.tornadogpt.model.Tokenizer;

/**
 * Puts the tokens of one text together. What it gives out is whole code points, and never what may turn out to be the
 * beginning of a stop string. A surrogate without its partner, which no UTF-8 can hold, becomes U+FFFD.
 */
public final class TextAssembler {
    /** A token with the place in the text where it begins. */
    public record Placed(int token, Scores scores, int offset) {}

    /** A piece of the text and the tokens that it is made of. */
    public record Piece(String text, List<Placed> tokens) {
        public Piece {
            tokens = List.copyOf(tokens);
        }

        /** Whether there is nothing to tell. */
        public boolean isEmpty() {
            return text.isEmpty() && tokens.isEmpty();
        }
    }

    private record Held(Placed placed, int end) {}

    private static final char REPLACEMENT = '\uFFFD';

    private final Tokenizer.Decoder decoder;
    private final List<String> stops;
    private final StringBuilder pending = new StringBuilder();
    private final Deque<Held> held = new ArrayDeque<>();
    private int released;
    private boolean stopped;

    /** @param stops strings before which the text ends */
    public TextAssembler(Tokenizer tokenizer, List<String> stops) {
        decoder = tokenizer.decoder();
        this.stops = List.copyOf(stops);
    }

    /** Whether a stop string has come. */
    public boolean isStopped() {
        return stopped;
    }

    /** Adds a token; gives out what is certain. */
    public Piece add(int token, Scores scores) {
        int start = released + pending.length();
        pending.append(decoder.next(token));
        held.add(new Held(new Placed(token, scores, start), released + pending.length()));
        return cutAtStop() ? release(pending.length(), true) : release(certain(), false);
    }

    /** Gives out the rest, if no stop string has come. */
    public Piece end() {
        if (stopped) {
            return new Piece("", List.of());
        }
        pending.append(decoder.end());
        cutAtStop();
        return release(pending.length(), true);
    }

    private boolean cutAtStop() {
        int first = -1;
        for (String stop : stops) {
            int at = pending.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        if (first >= 0) {
            pending.setLength(first);
            stopped = true;
        }
        return stopped;
    }

    /** How much of the pending text can be neither half a code point nor the beginning of a stop string. */
    private int certain() {
        int length = pending.length();
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, pending.length()); n > 0; n--) {
                if (stop.startsWith(pending.substring(pending.length() - n))) {
                    length = Math.min(length, pending.length() - n);
                    break;
                }
            }
        }
        boolean half = length > 0 && Character.isHighSurrogate(pending.charAt(length - 1));
        return half ? length - 1 : length;
    }

    private Piece release(int length, boolean all) {
        String text = whole(pending.substring(0, length));
        pending.delete(0, length);
        released += length;
        List<Placed> tokens = new ArrayList<>();
        while (!held.isEmpty()) {
            Held next = held.element();
            boolean out = next.end <= released || (all && next.placed.offset < released);
            if (!out) {
                break;
            }
            tokens.add(held.remove().placed);
        }
        return new Piece(text, tokens);
    }

    /** The text with lone surrogates replaced. */
    public static String whole(String text) {
        StringBuilder whole = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                whole = whole == null ? new StringBuilder(text) : whole;
                whole.setCharAt(i, REPLACEMENT);
            }
        }
        return whole == null ? text : whole.toString();
    }
}
