package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tornadogpt.model.training.LearningRate;
import org.tornadogpt.model.training.LearningRate.Shape;

class ScheduleSettingsTest {
    private static final ScheduleSettings COSINE = new ScheduleSettings(Shape.COSINE, 1e-3, 1e-4, 10, 110);

    @Test
    void theRateHasTheSettings() {
        assertThat(COSINE.rate()).isEqualTo(LearningRate.cosine(1e-3, 1e-4, 10, 110));
        assertThat(new ScheduleSettings(Shape.CONSTANT, 3e-4, 0, 0, 5).rate().at(7))
                .isEqualTo(3e-4f);
    }

    @Test
    void stepsAfterTheDecayAreAnnounced() {
        assertThat(COSINE.afterDecay(0, 110)).isEmpty();
        assertThat(COSINE.afterDecay(0, 200))
                .contains("the decay of the learning rate ends at step 110: steps 111 to 200 run at its minimum 1.0E-4;"
                        + " --set decaySteps=200 spreads it over all steps");
        assertThat(COSINE.afterDecay(150, 200).orElseThrow())
                .contains("ended at step 110: steps 151 to 200 run at its minimum 1.0E-4");
        assertThat(COSINE.afterDecay(200, 200)).isEmpty();
        assertThat(new ScheduleSettings(Shape.COSINE, 1, 0, 0, 5)
                        .afterDecay(5, 10)
                        .orElseThrow())
                .contains("steps 6 to 10 run at its minimum 0.0 and change nothing");
        assertThat(new ScheduleSettings(Shape.CONSTANT, 1, 0, 0, 5).afterDecay(5, 10))
                .isEmpty();
    }

    @Test
    void impossibleSchedulesNameTheKey() {
        assertThatThrownBy(() -> new ScheduleSettings(Shape.CONSTANT, 0, 0, 0, 5))
                .hasMessageContaining("learningRate");
        assertThatThrownBy(() -> new ScheduleSettings(Shape.CONSTANT, 1, 2, 0, 5))
                .hasMessageContaining("minLearningRate");
        assertThatThrownBy(() -> new ScheduleSettings(Shape.COSINE, 1, 0, 5, 5)).hasMessageContaining("decaySteps");
    }
}
