package org.tornadogpt.trainer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;

/** A bigram model can learn exactly the text's bigram statistics: its loss is known beforehand. */
class BigramTest {
    private static final int LENGTH = 20_000;
    private static final int LETTERS = 6;

    @TempDir
    private Path folder;

    /** A text from a random Markov chain. */
    private static String text() {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder("a");
        while (text.length() < LENGTH) {
            int previous = text.charAt(text.length() - 1) - 'a';
            int next = random.nextInt(3) == 0 ? random.nextInt(LETTERS) : (previous * 2 + 1) % LETTERS;
            text.append((char) ('a' + next));
        }
        return text.toString();
    }

    /** Mean of -log(count(ab)/count(a.)) over all neighbours ab. */
    private static double conditionalEntropy(String text) {
        Map<String, Integer> pairs = new HashMap<>();
        Map<Character, Integer> firsts = new HashMap<>();
        for (int i = 0; i + 1 < text.length(); i++) {
            pairs.merge(text.substring(i, i + 2), 1, Integer::sum);
            firsts.merge(text.charAt(i), 1, Integer::sum);
        }
        double sum = 0;
        for (Map.Entry<String, Integer> pair : pairs.entrySet()) {
            sum -= pair.getValue()
                    * Math.log(
                            (double) pair.getValue() / firsts.get(pair.getKey().charAt(0)));
        }
        return sum / (text.length() - 1);
    }

    @Test
    void reachesTheConditionalEntropyOfTheText() throws IOException {
        String text = text();
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        Path run = folder.resolve("run");
        Tgpt tgpt = Tgpt.run(
                "train",
                "--preset",
                "bigram",
                "--data",
                file.toString(),
                "--device",
                "cpu",
                "--run",
                run.toString(),
                "--steps",
                "3000",
                "--set",
                "learningRate=5e-3",
                "--set",
                "evalInterval=1000",
                "--set",
                "evalBatches=400",
                "--set",
                "validation=0",
                "--set",
                "sampleLength=0");
        assertThat(tgpt.code()).as(tgpt.toString()).isZero();
        List<Metric> evaluations = MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .filter(Metric::isEvaluation)
                .toList();
        assertThat(evaluations.getFirst().valLoss()).isCloseTo(Math.log(LETTERS), within(0.01));
        // Noise: 400 batches of 256 tokens, whose losses deviate by about 0.7, give a mean that deviates by 0.002.
        double entropy = conditionalEntropy(text);
        assertThat(entropy).isBetween(0.5, 1.5);
        assertThat(evaluations.getLast().valLoss()).isBetween(entropy - 0.01, entropy + 0.01 + 0.01);
        assertThat(evaluations.getLast().trainLoss()).isBetween(entropy - 0.01, entropy + 0.01 + 0.01);
    }
}
