package org.tornadogpt.model.bridge;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.Weights;
import org.tornadogpt.model.layer.ParameterLayout;
import org.tornadogpt.model.tokenizer.BpeTokenizer;
import org.tornadogpt.model.tokenizer.ByteFallbackTokenizer;

/**
 * Carries the parameters of one model over to another of the same architecture, which may have another vocabulary and a
 * shorter block. Rows of the token tables go with the text of their tokens; rows of new tokens stay as they are.
 */
public final class Transfer {
    private static final Set<String> BY_TOKEN = Set.of("wte.weight", "lm_head.weight", "lm_head.bias");

    private static final String POSITIONS = "wpe.weight";

    /**
     * What became of the vocabulary.
     *
     * @param kept tokens of the new vocabulary whose rows were carried over
     * @param fresh tokens that the old one did not have
     * @param dropped tokens of the old one that the new one does not have
     */
    public record Vocabulary(int kept, int fresh, int dropped) {
        /** One sentence for the user. */
        public String describe() {
            if (fresh == 0 && dropped == 0) {
                return String.format(Locale.ROOT, "the vocabulary of %,d tokens is the same", kept);
            }
            return String.format(
                    Locale.ROOT,
                    "the vocabulary changed: %,d tokens keep their rows, %,d are new and begin untrained, %,d are gone",
                    kept,
                    fresh,
                    dropped);
        }
    }

    private Transfer() {}

    /**
     * Carries over.
     *
     * @throws IllegalArgumentException if the models' shapes differ in anything else than vocabulary and a shorter
     *     block
     */
    public static Vocabulary run(Weights from, Tokenizer fromTokenizer, Weights to, Tokenizer toTokenizer) {
        int[] sources = sources(fromTokenizer, toTokenizer);
        check(from.model().parameters(), to.model().parameters());
        for (ParameterLayout.Parameter p : to.model().parameters().all()) {
            Slice source = from.parameters().get(p.name()).slice();
            Slice target = to.parameters().get(p.name()).slice();
            if (BY_TOKEN.contains(p.name())) {
                int width = p.size() / p.shape().get(0);
                for (int token = 0; token < sources.length; token++) {
                    if (sources[token] >= 0) {
                        copy(source, sources[token] * width, target, token * width, width);
                    }
                }
            } else {
                copy(source, 0, target, 0, p.size());
            }
        }
        to.changed();
        int kept = (int) Arrays.stream(sources).filter(s -> s >= 0).count();
        return new Vocabulary(kept, sources.length - kept, fromTokenizer.vocabularySize() - kept);
    }

    private static void check(ParameterLayout from, ParameterLayout to) {
        for (ParameterLayout.Parameter p : to.all()) {
            List<Integer> there = from.has(p.name()) ? from.find(p.name()).shape() : List.of();
            boolean rows = BY_TOKEN.contains(p.name())
                    || (p.name().equals(POSITIONS)
                            && there.size() == 2
                            && there.get(0) >= p.shape().get(0));
            boolean fits = rows
                    ? there.size() == p.shape().size()
                            && there.subList(1, there.size())
                                    .equals(p.shape().subList(1, p.shape().size()))
                    : there.equals(p.shape());
            if (!fits) {
                throw new IllegalArgumentException("parameter " + p.name() + " has shape " + there
                        + " in the model to begin with, this run needs " + p.shape());
            }
        }
    }

    private static void copy(Slice source, int from, Slice target, int to, int count) {
        for (int i = 0; i < count; i++) {
            target.set(to + i, source.get(from + i));
        }
    }

    /** For each token of the new vocabulary the old one's of the same text, -1 where there is none. */
    private static int[] sources(Tokenizer from, Tokenizer to) {
        Map<String, Integer> old = new HashMap<>();
        List<String> texts = texts(from);
        for (int token = texts.size() - 1; token >= 0; token--) {
            old.put(texts.get(token), token);
        }
        return texts(to).stream().mapToInt(text -> old.getOrDefault(text, -1)).toArray();
    }

    /** The text of each token; of a part of a character, its bytes. */
    private static List<String> texts(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case BpeTokenizer bpe -> bpe.pieces().texts();
            case ByteFallbackTokenizer fallback -> fallback.texts();
            default ->
                IntStream.range(0, tokenizer.vocabularySize())
                        .mapToObj(token -> BpeTokenizer.text(
                                tokenizer.decode(new int[] {token}).getBytes(StandardCharsets.UTF_8)))
                        .toList();
        };
    }
}
