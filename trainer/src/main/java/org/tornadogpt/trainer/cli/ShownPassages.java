package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import org.tornadogpt.trainer.eval.Passage;
import org.tornadogpt.trainer.eval.TextScores;

/** Shows the passages of a text that a model finds easiest and hardest. */
record ShownPassages(Io io, EvaluatedText text, TextScores scores) {
    /** Tokens of a passage. */
    private static final int LENGTH = 64;

    private static final int MOST_SHOWN = 100;

    /** @param count of the best and of the worst */
    void print(String title, int count) {
        List<Passage> all = Passage.of(scores, LENGTH);
        int shown = Math.min(count, all.size() / 2);
        if (shown == 0) {
            return;
        }
        io.out().println();
        io.out().println(title + "passages of " + LENGTH + " tokens, the best and the worst:");
        Table table = new Table("rrl").row("loss", "token", "text");
        all.subList(0, shown).forEach(p -> add(table, p));
        all.subList(all.size() - shown, all.size()).forEach(p -> add(table, p));
        table.print(io);
    }

    private void add(Table table, Passage p) {
        int[] tokens = scores.tokens(p.from(), p.to());
        String shown = text.tokenizer()
                .decode(tokens)
                .replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replaceAll("\\p{Cc}", "?");
        int width = Math.min(MOST_SHOWN, io.screen().out().columns() - 20);
        int end = Math.max(1, shown.offsetByCodePoints(0, Math.min(width, shown.codePointCount(0, shown.length()))));
        table.row(String.format(Locale.ROOT, "%.4f", p.loss()), p.from(), shown.substring(0, end));
    }
}
