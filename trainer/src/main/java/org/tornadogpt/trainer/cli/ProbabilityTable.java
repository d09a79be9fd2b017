package org.tornadogpt.trainer.cli;

import java.util.Locale;
import org.tornadogpt.model.Chooser;
import org.tornadogpt.model.ContextWindow;
import org.tornadogpt.model.LogProbabilities;
import org.tornadogpt.model.LogitsSource;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.text.TextAssembler;

/** Shows each token of a text beside the likeliest ones in its place. */
final class ProbabilityTable {
    private static final int CANDIDATES = 5;

    private final Io io;
    private final LogitsSource source;
    private final Tokenizer tokenizer;

    ProbabilityTable(Io io, LogitsSource source, Tokenizer tokenizer) {
        this.io = io;
        this.source = source;
        this.tokenizer = tokenizer;
    }

    /** Writes a line for each token: the token, its probability before any sampling, and the likeliest in its place. */
    TokenRate write(TextAssembler text, String typed, long tokens, Sampling sampling) {
        Prompt prompt = Prompt.of(io, tokenizer, typed);
        Chooser chooser = new Chooser(sampling, prompt.context());
        ContextWindow window = new ContextWindow(source.model().blockSize(), prompt.context());
        TokenRate rate = new TokenRate();
        for (long i = 0; i < tokens && !text.isStopped(); i++) {
            float[] logits = source.logits(window.tokens());
            int token = chooser.choose(logits);
            text.add(token, null);
            rate.token();
            line(token, new LogProbabilities(logits));
            window.add(token);
            if (io.out().checkError() || io.interrupted().getAsBoolean()) {
                break;
            }
        }
        io.out().flush();
        return rate;
    }

    private void line(int token, LogProbabilities said) {
        Colours colours = io.screen().out().colours();
        StringBuilder line = new StringBuilder(entry(token, Math.exp(said.of(token))));
        line.append("  |");
        for (LogProbabilities.Scored other : said.top(CANDIDATES)) {
            String shown = entry(other.token(), Math.exp(other.logProbability()));
            line.append("  ").append(other.token() == token ? colours.good(shown) : shown);
        }
        io.out().println(line);
    }

    private String entry(int token, double probability) {
        String text = TextAssembler.whole(tokenizer.decode(new int[] {token}))
                .replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t")
                .replaceAll("\\p{Cc}", "?");
        return String.format(Locale.ROOT, "%-6s %5.1f%%", "'" + text + "'", 100 * probability);
    }
}
