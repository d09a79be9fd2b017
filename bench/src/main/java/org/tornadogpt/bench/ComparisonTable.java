package org.tornadogpt.bench;

import java.util.Locale;
import java.util.stream.Collectors;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Table;

/** What came out of a comparison, for the reader. */
record ComparisonTable(Outcomes outcomes) {
    void print(Io io) {
        Table table = new Table("brrrlll").row("median, ms", "here", "against", "ratio", "95 %", "quartiles", "is");
        row(table, "step", outcomes.steps());
        outcomes.operations().forEach((name, ratios) -> row(table, name, ratios));
        table.print(io);
        io.say(
                "ratio: the other's time divided by this build's, median of a repeat's rounds, mean of the repeats; 95 %:"
                        + " where it lies, by the spread of the repeats; quartiles: between them lies half of the rounds; is: what"
                        + " this build is");
        io.say("step's ratio, repeat by repeat: "
                + outcomes.steps().repeats().stream()
                        .map(ComparisonTable::number)
                        .collect(Collectors.joining(" ")));
        io.say(verdict(outcomes.steps()));
        io.say(losses());
    }

    private static void row(Table table, String name, Ratios ratios) {
        table.row(
                name,
                number(ratios.millis()),
                number(ratios.againstMillis()),
                ratios.exist() ? number(ratios.ratio()) : "-",
                ratios.exist()
                        ? ratios.interval().map(i -> range(i.low(), i.high())).orElse("-")
                        : "-",
                ratios.exist() ? range(ratios.lowerQuartile(), ratios.upperQuartile()) : "-",
                ratios.exist() ? word(ratios) : "-");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String range(double from, double to) {
        return number(from) + " " + number(to);
    }

    private static String word(Ratios ratios) {
        if (ratios.interval().isEmpty() || !ratios.interval().orElseThrow().excludesOne()) {
            return "-";
        }
        return ratios.ratio() > 1 ? "faster" : "slower";
    }

    private static String verdict(Ratios steps) {
        if (steps.interval().isEmpty()) {
            return "one repeat cannot tell a difference from chance; use --repeats";
        }
        if (!steps.interval().orElseThrow().excludesOne()) {
            return "no difference that this run could show: a ratio of 1 is within the 95 %";
        }
        return "this build's steps are " + number(steps.ratio()) + " times as fast: more than the noise of this run";
    }

    private String losses() {
        double difference = outcomes.largestLossDifference();
        if (difference == 0) {
            return "losses are the same in every step, bit for bit; the last is " + outcomes.lastLoss();
        }
        return "losses differ by up to " + String.format(Locale.ROOT, "%.1e", difference) + "; the last are "
                + outcomes.lastLoss() + " here and " + outcomes.againstLastLoss() + " against";
    }
}
