package org.tornadogpt.model.text;

import java.util.List;
import org.tornadogpt.model.Tokenizer;

/** Looks for stop strings in whole texts. */
public final class StopSearch {
    private final Tokenizer tokenizer;
    private final List<String> stops;

    public StopSearch(Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = List.copyOf(stops);
    }

    /** Whether there is one in the text. */
    public boolean contains(int... tokens) {
        String text = stops.isEmpty() ? "" : tokenizer.decode(tokens);
        return stops.stream().anyMatch(text::contains);
    }

    /** The text up to the first of them. */
    public String cut(int... tokens) {
        String text = tokenizer.decode(tokens);
        int end = text.length();
        for (String stop : stops) {
            int at = text.indexOf(stop);
            end = at < 0 ? end : Math.min(end, at);
        }
        return TextAssembler.whole(text.substring(0, end));
    }
}
