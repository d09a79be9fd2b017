package org.tornadogpt.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.model.Sampling;
import org.tornadogpt.trainer.settings.SampleSettings;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen and where a text ends. */
final class SamplingOptions {
    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Below 1 more predictable, above 1 less; 0 takes the likeliest token each time [1].")
    private double temperature = 1;

    @Option(names = "--top-k", paramLabel = "N", description = "Chooses among the N likeliest tokens, 0 for all [0].")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description = "Chooses among the fewest tokens that together have probability X [1].")
    private double topP = 1;

    @Option(
            names = "--min-p",
            paramLabel = "X",
            description = "Chooses among tokens at least X times as likely as the likeliest, 0 for all [0].")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Above 1 makes tokens that the text has less likely [1].")
    private double repetitionPenalty = 1;

    @Option(names = "--seed", paramLabel = "N", description = "The same seed writes the same text [1337].")
    private long seed = 1337;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Text before which a text ends; repeatable. \\n is a new line.")
    private List<String> stops = new ArrayList<>();

    /** The rules for the text with this number. */
    Sampling sampling(int number) {
        try {
            return new Sampling(temperature, topK, topP, minP, repetitionPenalty, seed + number);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** The strings before which a text ends. */
    List<String> stops() {
        if (stops.contains("")) {
            throw new UsageException("--stop needs a text that is not empty");
        }
        return stops.stream().map(SampleSettings::typed).toList();
    }
}
