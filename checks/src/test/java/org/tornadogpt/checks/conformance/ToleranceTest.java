package org.tornadogpt.checks.conformance;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The yardstick itself: it must be able to say no. */
class ToleranceTest {
    private static final double[] EXPECTED = {1, -2, 0, 400};

    @Test
    void acceptsWhatIsWithinTheBudget() {
        assertThatCode(() -> new Tolerance(1e-6, 1e-6).check("x", new float[] {1, -2, 0, 400.0002f}, EXPECTED))
                .doesNotThrowAnyException();
    }

    @Test
    void namesTheWorstElementItsBitsAndItsShareOfTheBudget() {
        assertThatThrownBy(() -> new Tolerance(1e-6, 0).check("dx", new float[] {1, -2.00001f, 0.5f, 400}, EXPECTED))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "dx: 2 of 4 elements are off; worst at 2: got 0.5 (bits 3f000000), expected 0.0 (bits 00000000), "
                                + "5.00e+05 times the budget");
    }

    @Test
    void rejectsNaNWhereverItIs() {
        assertThatThrownBy(() -> Tolerance.sum(1000).check("x", new float[] {1, Float.NaN, 0, 400}, EXPECTED))
                .hasMessageContaining("worst at 1: got NaN");
        assertThatThrownBy(() -> Tolerance.sum(1000).check("x", new float[] {9, Float.NaN, 0, Float.NaN}, EXPECTED))
                .hasMessageContaining("3 of 4");
        assertThatThrownBy(() -> Tolerance.sum(1).check("x", new float[] {1}, new double[] {Double.NaN}))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void rejectsOnePerturbedElementOfALongSum() {
        assertThatThrownBy(() -> Tolerance.sum(384).check("x", new float[] {1, -2, 0.001f, 400}, EXPECTED))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void rejectsAnotherLength() {
        assertThatThrownBy(() -> Tolerance.POINTWISE.check("x", new float[3], EXPECTED))
                .isInstanceOf(AssertionError.class);
    }
}
