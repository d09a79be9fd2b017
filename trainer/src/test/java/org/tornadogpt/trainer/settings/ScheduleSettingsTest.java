package org.tornadogpt.trainer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.tornadogpt.trainer.settings.ScheduleSettings.Shape;

class ScheduleSettingsTest {
    private static final ScheduleSettings COSINE = new ScheduleSettings(Shape.COSINE, 1e-3, 1e-4, 10, 110);

    @Test
    void warmsUpInEqualSteps() {
        for (int step = 0; step < 10; step++) {
            assertThat(COSINE.at(step)).isCloseTo((float) (1e-3 * (step + 1) / 11), within(1e-9f));
        }
        assertThat(COSINE.at(10)).isEqualTo(1e-3f);
    }

    @Test
    void cosineIsHalfWayInTheMiddleAndEndsAtTheMinimum() {
        assertThat(COSINE.at(60)).isCloseTo(5.5e-4f, within(1e-9f));
        assertThat(COSINE.at(35)).isCloseTo((float) (1e-4 + 9e-4 * (1 + Math.sqrt(0.5)) / 2), within(1e-9f));
        assertThat(COSINE.at(110)).isEqualTo(1e-4f);
        assertThat(COSINE.at(1_000_000)).isEqualTo(1e-4f);
    }

    @Property
    void neverRisesAfterTheWarmUpNorLeavesItsRange(@ForAll @LongRange(min = 10, max = 200) long step) {
        assertThat(COSINE.at(step + 1)).isLessThanOrEqualTo(COSINE.at(step));
        assertThat(COSINE.at(step)).isBetween(1e-4f, 1e-3f);
    }

    @Test
    void constantStaysWhereItIs() {
        ScheduleSettings constant = new ScheduleSettings(Shape.CONSTANT, 3e-4, 0, 0, 5);
        assertThat(constant.at(0)).isEqualTo(3e-4f);
        assertThat(constant.at(1_000_000)).isEqualTo(3e-4f);
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
