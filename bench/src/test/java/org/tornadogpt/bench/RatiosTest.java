package org.tornadogpt.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tornadogpt.bench.Ratios.Times;

class RatiosTest {
    private static final double EXACT = 1e-12;

    private static Times times(double here, double... ratios) {
        double[] both = ratios.clone();
        double[] same = new double[ratios.length];
        for (int i = 0; i < ratios.length; i++) {
            same[i] = here;
            both[i] = here * ratios[i];
        }
        return new Times(same, both);
    }

    @Test
    void mediansAndQuartilesAreThoseOfTheRounds() {
        Ratios ratios = Ratios.of(List.of(times(2, 1.5, 1, 3, 2, 2.5)));
        assertThat(ratios.millis()).isEqualTo(2);
        assertThat(ratios.againstMillis()).isEqualTo(4);
        assertThat(ratios.ratio()).isEqualTo(2, offset(EXACT));
        assertThat(ratios.lowerQuartile()).isEqualTo(1.5);
        assertThat(ratios.upperQuartile()).isEqualTo(2.5);
        assertThat(Ratios.of(List.of(times(1, 1, 2))).ratio()).isEqualTo(1.5, offset(EXACT));
    }

    @Test
    void whatSlowsBothSidesOfARoundLeavesItsRatio() {
        Ratios ratios = Ratios.of(List.of(new Times(new double[] {1, 10, 2}, new double[] {1.1, 11, 2.2})));
        assertThat(ratios.lowerQuartile()).isEqualTo(1.1, offset(EXACT));
        assertThat(ratios.upperQuartile()).isEqualTo(1.1, offset(EXACT));
    }

    /**
     * Student's t for two degrees of freedom at 97.5 per cent is 4.302653; the logarithms' standard deviation is 0.5:
     * an interval of ratios holds no negative ones however wide it is.
     */
    @Test
    void theIntervalIsStudentsOverTheRepeats() {
        double shift = Math.exp(0.5);
        Ratios ratios = Ratios.of(List.of(times(1, 2 / shift), times(1, 2, 2, 9), times(1, 2 * shift)));
        assertThat(ratios.repeats()).containsExactly(2 / shift, 2.0, 2 * shift);
        assertThat(ratios.ratio()).isEqualTo(2, offset(EXACT));
        Ratios.Interval interval = ratios.interval().orElseThrow();
        double half = 4.302653 * 0.5 / Math.sqrt(3);
        assertThat(interval.low()).isEqualTo(2 * Math.exp(-half), offset(1e-6));
        assertThat(interval.high()).isEqualTo(2 * Math.exp(half), offset(1e-6));
        assertThat(interval.excludesOne()).isFalse();
        assertThat(new Ratios.Interval(1.001, 1.1).excludesOne()).isTrue();
        assertThat(new Ratios.Interval(0.9, 0.999).excludesOne()).isTrue();
    }

    @Test
    void oneRepeatHasNoInterval() {
        assertThat(Ratios.of(List.of(times(1, 1.01, 1.02, 1.03))).interval()).isEmpty();
    }

    /**
     * Rounds that agree with each other do not hide that repeats do not: chance alone is called a difference in 5 of
     * 100 runs.
     */
    @Test
    void chanceIsSeldomCalledADifference() {
        Random random = new Random(3);
        int runs = 4000;
        int wrong = 0;
        for (int run = 0; run < runs; run++) {
            List<Times> repeats = new ArrayList<>();
            for (int repeat = 0; repeat < 5; repeat++) {
                double chance = 1 + 0.01 * random.nextGaussian();
                repeats.add(times(50, chance, chance * 1.001, chance * 0.999));
            }
            wrong += Ratios.of(repeats).interval().orElseThrow().excludesOne() ? 1 : 0;
        }
        assertThat(wrong / (double) runs).isBetween(0.04, 0.06);
    }

    @Test
    void anOperationThatOneSideLacksHasNoRatio() {
        assertThat(Ratios.of(List.of(new Times(new double[] {1, 2}, new double[] {0, 0})))
                        .exist())
                .isFalse();
        assertThat(Ratios.of(List.of(times(1, 1))).exist()).isTrue();
    }
}
