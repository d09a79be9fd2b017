package org.tornadogpt.trainer.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** "Did you mean" for mistyped names. */
public final class Suggestions {
    /** What users of PyTorch, nanoGPT and llm.c would type. */
    private static final Map<String, String> FROM_OTHER_TOOLS = Map.ofEntries(
            Map.entry("lr", "learningRate"),
            Map.entry("minlr", "minLearningRate"),
            Map.entry("wd", "weightDecay"),
            Map.entry("batchsize", "batch"),
            Map.entry("blocksize", "block"),
            Map.entry("context", "block"),
            Map.entry("maxiters", "steps"),
            Map.entry("iters", "steps"),
            Map.entry("epochs", "steps"),
            Map.entry("warmup", "warmupSteps"),
            Map.entry("warmupiters", "warmupSteps"),
            Map.entry("lrdecayiters", "decaySteps"),
            Map.entry("evaliters", "evalBatches"),
            Map.entry("gradclip", "clip"),
            Map.entry("maxnorm", "clip"),
            Map.entry("eps", "epsilon"),
            Map.entry("gradientaccumulationsteps", "microSteps"),
            Map.entry("nlayer", "layers"),
            Map.entry("nhead", "heads"),
            Map.entry("nembd", "channels"),
            Map.entry("nembed", "channels"));

    private static final int FARTHEST = 3;

    /** More names than these are not listed. */
    private static final int LISTED = 12;

    private static final int NEAREST = 3;

    /** Of what was typed, for a name to count as its longer form. */
    private static final int SHORTEST_PART = 3;

    private Suggestions() {}

    /**
     * A sentence part for the end of an "unknown name" message: the nearest name if one is near, else all of them if
     * they are few, else the three that are nearest.
     *
     * @param name what was typed
     * @param known what exists
     */
    public static String forUnknown(String name, Collection<String> known) {
        List<String> near = near(name, known);
        if (!near.isEmpty()) {
            return "did you mean " + String.join(" or ", near) + "?";
        }
        return known.size() <= LISTED
                ? "there are " + String.join(", ", known)
                : "the nearest are "
                        + String.join(", ", byDistance(fold(name), known).subList(0, NEAREST));
    }

    /** What may have been meant: another tool's word, a slip of a letter, a part of a name, or several slips. */
    public static List<String> near(String name, Collection<String> known) {
        String folded = fold(name);
        String meant = FROM_OTHER_TOOLS.get(folded);
        if (meant != null && known.contains(meant)) {
            return List.of(meant);
        }
        String nearest = byDistance(folded, known).get(0);
        int distance = distance(folded, fold(nearest));
        if (distance <= 1) {
            return List.of(nearest);
        }
        List<String> longer = known.stream()
                .filter(candidate ->
                        folded.length() >= SHORTEST_PART && fold(candidate).contains(folded))
                .limit(NEAREST)
                .toList();
        if (!longer.isEmpty()) {
            return longer;
        }
        return distance <= Math.min(FARTHEST, folded.length() / 2) ? List.of(nearest) : List.of();
    }

    private static List<String> byDistance(String folded, Collection<String> known) {
        return known.stream()
                .sorted(Comparator.comparingInt(candidate -> distance(folded, fold(candidate))))
                .toList();
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Levenshtein's edit distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(previous[j], row[j - 1]));
            }
            previous = row;
        }
        return previous[b.length()];
    }
}
