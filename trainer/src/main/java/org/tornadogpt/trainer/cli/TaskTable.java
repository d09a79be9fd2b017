package org.tornadogpt.trainer.cli;

import java.util.List;
import java.util.Locale;
import org.tornadogpt.trainer.eval.TaskScores;

/** Scores of tasks, a row for each model and kind of item. */
record TaskTable(Io io) {
    private static final String NONE = "-";

    void print(List<String> models, List<TaskScores> scores) {
        Table table = new Table("llrrrr").row("model", "items", "number", "acc", "acc_norm", "perplexity");
        for (int i = 0; i < models.size(); i++) {
            add(table, models.get(i), scores.get(i));
        }
        table.print(io);
        TaskScores first = scores.getFirst();
        if (!first.only(false).items().isEmpty()) {
            io.say("acc: the ending of the highest log likelihood is the right one; acc_norm: of the highest per"
                    + " character; ± is the standard error");
        }
        if (!first.only(true).items().isEmpty()) {
            io.say("last words: acc if the model would write just that word; perplexity of the word as a whole");
        }
        if (first.cut() > 0) {
            io.say(first.cut() + " items are longer than the model's block: their contexts were cut at the beginning");
        }
        if (first.unknown() > 0) {
            io.say(first.unknown() + " items have characters that the model does not know");
        }
    }

    private static void add(Table table, String model, TaskScores scores) {
        TaskScores choices = scores.only(false);
        if (!choices.items().isEmpty()) {
            table.row(
                    model,
                    "multiple choice",
                    choices.items().size(),
                    share(choices.accuracy()),
                    share(choices.accuracyByLength()),
                    NONE);
        }
        TaskScores words = scores.only(true);
        if (!words.items().isEmpty()) {
            String perplexity = String.format(Locale.ROOT, "%.4f", words.perplexity());
            table.row(model, "last word", words.items().size(), share(words.accuracy()), NONE, perplexity);
        }
    }

    private static String share(TaskScores.Share share) {
        return Double.isNaN(share.error())
                ? String.format(Locale.ROOT, "%.4f", share.value())
                : String.format(Locale.ROOT, "%.4f ±%.4f", share.value(), share.error());
    }
}
