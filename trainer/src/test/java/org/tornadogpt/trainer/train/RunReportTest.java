package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;

class RunReportTest {
    private static final Split SPLIT = Split.of(new int[1000], 0.1);

    private static String read(Metric... evaluations) {
        return String.join("\n", RunReport.of(List.of(evaluations), SPLIT, 100, 20));
    }

    /** A run that begins with four evaluations in which both losses fall. */
    private static String readAfterFour(Metric... evaluations) {
        List<Metric> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(Metric.eval(i, 4 - i * 0.1, 4 - i * 0.1, i));
        }
        all.addAll(List.of(evaluations));
        return read(all.toArray(Metric[]::new));
    }

    @Test
    void seesOverfittingAndWhenItBegan() {
        assertThat(readAfterFour(Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 1, 3, 2)))
                .contains(
                        "best validation loss 2.5000 at step 50 of 100",
                        "overfitting since about step 50",
                        "2.0000 -> 1.0000",
                        "2.5000 -> 3.0000");
    }

    @Test
    void doesNotCallNoiseOverfitting() {
        assertThat(readAfterFour(Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 1.9, 2.505, 2)))
                .contains("no overfitting", "level");
        assertThat(readAfterFour(Metric.eval(100, 2, 2.5, 2))).contains("lowest at the end");
        assertThat(readAfterFour(Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 3, 3.5, 2)))
                .contains("not overfitting but unstable");
    }

    @Test
    void judgesNoCurveOfFewerThanFivePoints() {
        assertThat(read(Metric.eval(0, 4, 4, 0)))
                .contains("cannot be told from 1 evaluation ", "evalInterval")
                .doesNotContain("no overfitting");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 1, 3, 2)))
                .contains("cannot be told from 3 evaluations")
                .doesNotContain("since about");
    }

    @Test
    void aLossThatExplodedIsCalledThat() {
        String exploded =
                "unstable: the training loss exploded, from 4.0000 untrained and 4.0000 at step 0 to 812.5000";
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(100, 812.5, 900, 2)))
                .contains(exploded, "learningRate")
                .doesNotContain("overfit");
        List<Metric> all = List.of(Metric.eval(0, 4, 4, 0), Metric.eval(100, 812.5, 900, 2));
        assertThat(RunReport.of(all, Split.of(new int[9], 0), 5, 1)).anyMatch(line -> line.contains(exploded));
        assertThat(read(Metric.eval(0, 4, 4, 0))).doesNotContain("unstable");
    }

    @Test
    void comparesTokensWithParameters() {
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(100, 2, 2.5, 2)))
                .contains(
                        "2,000 tokens seen, 20.0 per parameter",
                        "in balance",
                        "the training text was read 2.2 times; it holds 9.0 tokens per parameter");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(10, 2, 2.5, 2)))
                .contains("the model could learn from more", "22.2% of the training text was read");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(210, 2, 2.5, 2)))
                .contains("read 4.7 times", "a larger model could use more text");
    }

    @Test
    void saysLittleOfLittle() {
        List<String> lines = RunReport.of(
                List.of(Metric.eval(0, 4, 4, 0), Metric.eval(1, 4, 4, 0)),
                Split.of(new int[10_000_000], 0),
                1_000_000,
                8);
        assertThat(lines.get(2)).contains("8 tokens seen, 0.000008 per parameter");
        assertThat(lines.get(3))
                .startsWith("0.00008% of the training text was read; it holds 10.0 tokens per parameter");
        assertThat(String.join("\n", lines)).doesNotContain("0.0 times", " 0.0 ");
    }

    @Test
    void whoHasReadATextOftenNeedsMoreTextNotMoreSteps() {
        assertThat(String.join(
                        "\n",
                        RunReport.of(
                                List.of(Metric.eval(0, 4, 4, 0), Metric.eval(40, 2, 2, 0)),
                                Split.of(new int[9], 0),
                                1000,
                                9 * 131 / 40)))
                .contains("the text is small for this model", "read 128.9 times")
                .doesNotContain("could learn from more");
    }

    @Test
    void withoutAHeldOutPartItSaysSo() {
        List<String> lines = RunReport.of(List.of(Metric.eval(0, 1, 1, 0)), Split.of(new int[9], 0), 5, 1);
        assertThat(lines).anyMatch(line -> line.contains("nothing was held out"));
        assertThat(RunReport.of(List.of(), SPLIT, 5, 1)).isEmpty();
    }
}
