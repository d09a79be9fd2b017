package org.tornadogpt.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PowerLawTest {
    @Test
    void findsFactorAndExponent() {
        PowerLaw law = PowerLaw.fit(List.of(1.0, 3.0, 7.0, 20.0), x -> x, x -> 5 * Math.pow(x, -0.3));
        assertThat(law.factor()).isCloseTo(5, within(1e-9));
        assertThat(law.exponent().value()).isCloseTo(-0.3, within(1e-9));
        assertThat(law.at(100)).isCloseTo(5 * Math.pow(100, -0.3), within(1e-9));
    }

    @Test
    void twoPointsBearNoInterval() {
        Estimate exponent = PowerLaw.fit(List.of(1.0, 3.0), x -> x, x -> x).exponent();
        assertThat(exponent.low()).isNaN();
        assertThat(exponent.text(2)).isEqualTo("1.00 (no interval)");
    }

    @Test
    void theFrontierIsWhatNothingBeats() {
        PointResult cheap = new PointResult(16, 10, 10, 3, 1);
        PointResult beaten = new PointResult(16, 10, 20, 3.5, 1);
        PointResult good = new PointResult(32, 20, 20, 2, 1);
        assertThat(Frontier.of(List.of(good, beaten, cheap))).containsExactly(cheap, good);
    }
}
