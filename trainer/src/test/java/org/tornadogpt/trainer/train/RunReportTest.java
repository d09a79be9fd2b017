package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.metrics.Metric;

class RunReportTest {
    private static final Split SPLIT = Split.of(new int[1000], 0.1);

    private static String read(Metric... evaluations) {
        return String.join("\n", RunReport.of(List.of(evaluations), SPLIT, 100, 20));
    }

    @Test
    void seesOverfittingAndWhenItBegan() {
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 1, 3, 2)))
                .contains(
                        "best validation loss 2.5000 at step 50 of 100",
                        "overfitting since about step 50",
                        "2.0000 -> 1.0000",
                        "2.5000 -> 3.0000");
    }

    @Test
    void doesNotCallNoiseOverfitting() {
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 1.9, 2.505, 2)))
                .contains("no overfitting", "level");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(100, 2, 2.5, 2))).contains("lowest at the end");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(50, 2, 2.5, 1), Metric.eval(100, 3, 3.5, 2)))
                .contains("unstable");
    }

    @Test
    void comparesTokensWithParameters() {
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(100, 2, 2.5, 2)))
                .contains(
                        "2,000 tokens seen, 20.0 per parameter",
                        "in balance",
                        "read 2.2 times",
                        "holds 9.0 per parameter");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(10, 2, 2.5, 2))).contains("learn from more");
        assertThat(read(Metric.eval(0, 4, 4, 0), Metric.eval(500, 2, 2.5, 2))).contains("larger model");
    }

    @Test
    void withoutAHeldOutPartItSaysSo() {
        List<String> lines = RunReport.of(List.of(Metric.eval(0, 1, 1, 0)), Split.of(new int[9], 0), 5, 1);
        assertThat(lines).anyMatch(line -> line.contains("nothing was held out"));
        assertThat(RunReport.of(List.of(), SPLIT, 5, 1)).isEmpty();
    }
}
