package org.tornadogpt.trainer.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a model made of the items of a task.
 *
 * @param items each with the scores of its choices
 */
public record TaskScores(List<Scored> items) {
    /** An item and the scores of its choices in order. */
    public record Scored(TaskItem item, List<ContinuationScorer.Score> scores) {
        public Scored {
            scores = List.copyOf(scores);
        }

        /** The choice of the highest log likelihood; the first among equals. */
        public int chosen() {
            return best(false);
        }

        /** The choice of the highest log likelihood per character; the first among equals. */
        public int chosenByLength() {
            return best(true);
        }

        private int best(boolean byLength) {
            int best = 0;
            for (int i = 1; i < scores.size(); i++) {
                if (value(i, byLength) > value(best, byLength)) {
                    best = i;
                }
            }
            return best;
        }

        /** Characters are code points, and the delimiter is none of them, as in lm-evaluation-harness. */
        private double value(int i, boolean byLength) {
            String choice = item.choices().get(i);
            return scores.get(i).logProbability()
                    / (byLength ? Math.max(1, choice.codePointCount(0, choice.length())) : 1);
        }

        private boolean isRight() {
            return item.isCloze() ? scores.getFirst().greedy() : chosen() == item.label();
        }
    }

    /** A share and its standard error, sqrt(p (1 - p) / (n - 1)); 0 / 0 is NaN. */
    public record Share(double value, double error) {
        static Share of(long right, long all) {
            double p = (double) right / all;
            return new Share(p, Math.sqrt(p * (1 - p) / (all - 1)));
        }
    }

    public TaskScores {
        items = List.copyOf(items);
    }

    /**
     * Scores all items.
     *
     * @param stop asked between them
     * @return nothing if {@code stop} became true
     */
    public static Optional<TaskScores> of(ContinuationScorer scorer, List<TaskItem> items, BooleanSupplier stop) {
        List<Scored> scored = new ArrayList<>();
        for (TaskItem item : items) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            List<ContinuationScorer.Score> scores = item.choices().stream()
                    .map(choice -> scorer.score(item.context(), item.delimiter() + choice))
                    .toList();
            scored.add(new Scored(item, scores));
        }
        return Optional.of(new TaskScores(scored));
    }

    /** Those of one kind. */
    public TaskScores only(boolean cloze) {
        return new TaskScores(
                items.stream().filter(s -> s.item().isCloze() == cloze).toList());
    }

    /** How many items are right: by log likelihood, and for the last word, by what would be written greedily. */
    public Share accuracy() {
        return Share.of(items.stream().filter(Scored::isRight).count(), items.size());
    }

    /** How many items are right by log likelihood per character. */
    public Share accuracyByLength() {
        return Share.of(
                items.stream()
                        .filter(s -> s.chosenByLength() == s.item().label())
                        .count(),
                items.size());
    }

    /** exp of the mean negative log likelihood of the right continuations. */
    public double perplexity() {
        return Math.exp(-items.stream()
                .mapToDouble(s -> s.scores().get(s.item().label()).logProbability())
                .average()
                .orElse(Double.NaN));
    }

    /** Items of which the context was cut. */
    public long cut() {
        return items.stream()
                .filter(s -> s.scores().stream().anyMatch(c -> c.cut() > 0))
                .count();
    }

    /** Items with characters that the model does not know. */
    public long unknown() {
        return items.stream()
                .filter(s -> s.scores().stream().anyMatch(c -> c.unknown() > 0))
                .count();
    }
}
