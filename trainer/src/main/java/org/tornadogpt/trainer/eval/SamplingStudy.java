package org.tornadogpt.trainer.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.tornadogpt.model.BatchGenerator;
import org.tornadogpt.model.DecodeSession;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.model.ScoringSession;
import org.tornadogpt.model.Tokenizer;
import org.tornadogpt.model.training.Part;

/** What temperature and top-p do to a model's texts. */
public final class SamplingStudy {
    /**
     * A setting and what came of it.
     *
     * @param perplexity of the texts under the model itself, at temperature 1 with all tokens
     * @param sample the first text
     */
    public record Cell(double temperature, double topP, TextVariety variety, double perplexity, String sample) {}

    private final DecodeSession decode;
    private final ScoringSession scoring;
    private final Tokenizer tokenizer;
    private final int tokens;

    /**
     * Texts of a model.
     *
     * @param decode with a slot for each text of a setting
     * @param scoring of the same model
     * @param tokens of a text
     */
    public SamplingStudy(DecodeSession decode, ScoringSession scoring, Tokenizer tokenizer, int tokens) {
        this.decode = decode;
        this.scoring = scoring;
        this.tokenizer = tokenizer;
        this.tokens = tokens;
    }

    /**
     * Has texts written in one setting, as many as there are slots; text i has seed + i in all settings.
     *
     * @param prompt at least one token
     * @return nothing if {@code stop} became true
     */
    public Optional<Cell> write(int[] prompt, double temperature, double topP, long seed, BooleanSupplier stop) {
        int count = decode.maxSequences();
        int[][] texts = new int[count][prompt.length + tokens];
        int[] written = new int[count];
        List<BatchGenerator.Request> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            System.arraycopy(prompt, 0, texts[i], 0, prompt.length);
            written[i] = prompt.length;
            requests.add(new BatchGenerator.Request(prompt, new Sampling(temperature, 0, topP, seed + i)));
        }
        new BatchGenerator(decode).generate(requests, tokens, (index, token) -> {
            texts[index][written[index]++] = token;
            return !stop.getAsBoolean();
        });
        if (stop.getAsBoolean()) {
            return Optional.empty();
        }
        return Optional.of(cell(temperature, topP, Arrays.asList(texts), prompt.length));
    }

    /** The same figures of the text that the model learnt, in passages as long as the texts. */
    public Cell ofText(Part part, int passages) {
        int length = (int) Math.min(tokens + 1, part.length());
        int count = (int) Math.max(1, Math.min(passages, part.length() / length));
        List<int[]> texts = IntStream.range(0, count)
                .mapToObj(i -> {
                    int[] text = new int[length];
                    long from = part.from() + (part.length() - length) * i / Math.max(1, count - 1);
                    part.tokens().copy(from, text, 0, length);
                    return text;
                })
                .toList();
        return cell(Double.NaN, Double.NaN, texts, 1);
    }

    /** @param skipped tokens at the beginning of each text that count as context only */
    private Cell cell(double temperature, double topP, List<int[]> texts, int skipped) {
        double sum = 0;
        long count = 0;
        List<String> words = new ArrayList<>();
        for (int[] text : texts) {
            Part part = new Part("sample", text, 0, text.length);
            int stride = Math.max(1, scoring.blockSize() / 2);
            double[] losses = TextScores.of(scoring, part, stride, () -> false)
                    .orElseThrow()
                    .losses();
            sum += Arrays.stream(losses, skipped - 1, losses.length).sum();
            count += losses.length - skipped + 1;
            words.add(tokenizer.decode(Arrays.copyOfRange(text, skipped, text.length)));
        }
        return new Cell(temperature, topP, TextVariety.of(words), Math.exp(sum / count), words.getFirst());
    }
}
