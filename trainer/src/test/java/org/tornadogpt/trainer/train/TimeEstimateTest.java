package org.tornadogpt.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tornadogpt.trainer.settings.EvaluationSettings;

class TimeEstimateTest {
    private static final EvaluationSettings EVERY_10 = new EvaluationSettings(10, 1, 0, 0, 5, 1);

    @Test
    void countsStepsAndEvaluationsToCome() {
        TimeEstimate estimate = new TimeEstimate(EVERY_10, 100);
        estimate.evaluationTook(3);
        assertThat(estimate.remaining(0)).isNaN();
        for (int i = 0; i < 20; i++) {
            estimate.stepTook(0.5);
        }
        estimate.evaluationTook(3);
        assertThat(estimate.remaining(20)).isCloseTo(80 * 0.5 + 8 * 3, within(1e-9));
        assertThat(estimate.remaining(100)).isZero();
    }

    @Test
    void forgetsSlowFirstSteps() {
        TimeEstimate estimate = new TimeEstimate(EVERY_10, 1000);
        estimate.evaluationTook(0);
        estimate.stepTook(60);
        for (int i = 0; i < 300; i++) {
            estimate.stepTook(0.1);
        }
        assertThat(estimate.remaining(300)).isCloseTo(70, within(1.0));
    }

    @Test
    void theLineIsTheDocumentedOne() {
        assertThat(EvaluationLine.of(200, 3000, 2.54281, 2.87369, 161.2, 2239.4, true))
                .isEqualTo("[ 200/3000]  6.7% train=2.5428 val=2.8737 elapsed=161s ETA=2239s << best!");
        assertThat(EvaluationLine.of(3000, 3000, 0.5, 1.8, 2400, 0, false))
                .isEqualTo("[3000/3000] 100.0% train=0.5000 val=1.8000 elapsed=2400s ETA=0s");
        assertThat(EvaluationLine.of(0, 50, 4, 4, 0.4, Double.NaN, true))
                .isEqualTo("[ 0/50]  0.0% train=4.0000 val=4.0000 elapsed=0s ETA=? << best!");
    }
}
