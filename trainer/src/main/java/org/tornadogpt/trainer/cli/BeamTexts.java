package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import org.tornadogpt.model.BeamSearch;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.StopSearch;

/** Shows the texts that a search with beams finds, the best first. */
final class BeamTexts {
    private final Io io;
    private final DecodeSession session;
    private final Tokenizer tokenizer;

    BeamTexts(Io io, DecodeSession session, Tokenizer tokenizer) {
        this.io = io;
        this.session = session;
        this.tokenizer = tokenizer;
    }

    void write(String text, int tokens, int beams, double lengthPenalty, List<String> stops) {
        Prompt prompt = Prompt.of(io, tokenizer, text);
        StopSearch search = new StopSearch(tokenizer, stops);
        BeamSearch.Request request =
                new BeamSearch.Request(prompt.context(), tokens, beams, lengthPenalty, search::contains);
        try (BeamSearch found = new BeamSearch(session, request)) {
            boolean more = true;
            while (more && !io.interrupted().getAsBoolean()) {
                more = found.step();
            }
            int number = 1;
            for (BeamSearch.Text best : found.texts()) {
                io.out()
                        .printf(
                                Locale.ROOT,
                                "%s--- beam %d, log probability %.4f, score %.4f%s%n",
                                number == 1 ? "" : System.lineSeparator(),
                                number++,
                                best.logProbability(),
                                best.score(),
                                best.ended() ? ", ended" : "");
                io.out().println(prompt.text() + search.cut(best.tokens()));
            }
            io.out().flush();
        }
    }
}
