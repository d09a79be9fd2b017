package org.tornadogpt.bench.lr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateTestTest {
    /** Gradient descent on x^2: it diverges above a rate of 1. */
    private static final class Quadratic implements RateTest.Step {
        private double x = 5;

        @Override
        public double take(long number, float rate) {
            double loss = x * x + 1;
            x -= 2 * rate * x;
            return loss;
        }
    }

    @Test
    void endsWhereTheLossRises() {
        RateTest test = RateTest.run(new Quadratic(), 1e-4, 1e4, 200, () -> false);
        assertThat(test.turned()).isTrue();
        assertThat(test.rates().getLast()).isLessThan(100);
        assertThat(test.atLowest()).isBetween(0.3, 20.0);
        assertThat(test.suggestion()).isCloseTo(test.atLowest() / 10, within(1e-12));
    }

    @Test
    void saysThatTheLossHasNotTurned() {
        RateTest test = RateTest.run(new Quadratic(), 1e-4, 1e-2, 100, () -> false);
        assertThat(test.rates()).hasSize(100);
        assertThat(test.turned()).isFalse();
        assertThat(test.rates().getLast()).isCloseTo(1e-2, within(1e-12));
    }

    @Test
    void aLossThatIsNotFiniteEndsIt() {
        RateTest test = RateTest.run((n, rate) -> n < 4 ? 2 : Double.NaN, 1e-3, 1, 50, () -> false);
        assertThat(test.rates()).hasSize(4);
    }
}
