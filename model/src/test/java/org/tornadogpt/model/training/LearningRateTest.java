package org.tornadogpt.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LearningRateTest {
    private static final LearningRate COSINE = LearningRate.cosine(1e-3, 1e-4, 10, 110);

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
        LearningRate constant = LearningRate.constant(3e-4);
        assertThat(constant.at(0)).isEqualTo(3e-4f);
        assertThat(constant.at(1_000_000)).isEqualTo(3e-4f);
    }

    @Test
    void impossibleRatesAreRefused() {
        assertThatThrownBy(() -> LearningRate.constant(0)).hasMessageContaining("must be positive, got 0.0");
        assertThatThrownBy(() -> LearningRate.cosine(1, 2, 0, 5)).hasMessageContaining("got 2.0");
        assertThatThrownBy(() -> LearningRate.cosine(1, 0, 5, 5)).hasMessageContaining("after the warm-up of 5");
        assertThatThrownBy(() -> LearningRate.cosine(1, 0, -1, 5)).hasMessageContaining("got -1");
    }
}
