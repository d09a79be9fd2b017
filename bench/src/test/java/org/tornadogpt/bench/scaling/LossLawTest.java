package org.tornadogpt.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LossLawTest {
    private static double truth(double E, double N, double D) {
        return E + 40 / Math.pow(N, 0.4) + 90 / Math.pow(D, 0.35);
    }

    private static List<PointResult> points(double E, double noise, int seed) {
        Random random = new Random(seed);
        List<PointResult> points = new ArrayList<>();
        int channels = 16;
        for (long N : new long[] {5_003, 20_011, 80_021, 320_009}) {
            for (long D : new long[] {100_003, 300_007, 900_001, 2_700_001}) {
                double loss = truth(E, (double) N, (double) D) * Math.exp(noise * random.nextGaussian());
                points.add(new PointResult(channels, N, D, loss, 1e-9 * N));
            }
            channels *= 2;
        }
        return points;
    }

    @Test
    void findsTheLawOfExactPoints() {
        LossLaw law = LossLaw.fit(points(1.1, 0, 0));
        assertThat(law.alpha().value()).isCloseTo(0.4, within(1e-3));
        assertThat(law.beta().value()).isCloseTo(0.35, within(1e-3));
        assertThat(law.irreducible().orElseThrow().value()).isCloseTo(1.1, within(1e-2));
        assertThat(law.sizeFactor()).isCloseTo(40, within(0.5));
        assertThat(law.dataFactor()).isCloseTo(90, within(1.0));
        assertThat(law.at(1e6, 1e7)).isCloseTo(truth(1.1, 1e6, 1e7), within(1e-3));
    }

    @Test
    void doesWithoutAFloorThatThePointsDoNotBear() {
        assertThat(LossLaw.fit(points(0, 0.02, 3)).irreducible()).isEmpty();
    }

    /** 95 of 100 such intervals should hold a further run's loss; in 60 tries 50 or fewer are once in a million. */
    @Test
    void predictionIntervalsHoldFurtherRuns() {
        int held = 0;
        for (int seed = 0; seed < 60; seed++) {
            LossLaw law = LossLaw.fit(points(1.1, 0.01, seed));
            double further = truth(1.1, 640_000, 4_000_000) * Math.exp(0.01 * new Random(1000 + seed).nextGaussian());
            held += law.predict(640_000, 4_000_000).holds(further) ? 1 : 0;
        }
        assertThat(held).isBetween(51, 60);
    }

    @Test
    void aFurtherRunScattersEvenWhereTheLawIsWellKnown() {
        LossLaw law = LossLaw.fit(points(1.1, 0.01, 4));
        Estimate middle = law.predict(80_021, 900_001);
        assertThat(Math.log(middle.high() / middle.value())).isGreaterThan(2 * law.spread());
    }

    @Test
    void noOtherSizeIsBetterThanTheOptimalOne() {
        LossLaw law = LossLaw.fit(points(1.1, 0.003, 1));
        double compute = 1e12;
        double best = law.optimalParameters(compute);
        for (double factor : new double[] {0.5, 0.9, 1.1, 2}) {
            double other = best * factor;
            assertThat(law.at(other, compute / (6 * other))).isGreaterThan(law.at(best, compute / (6 * best)));
        }
    }

    @Test
    void refusesTooFewPoints() {
        List<PointResult> few = points(1, 0, 0).subList(0, 8);
        assertThatThrownBy(() -> LossLaw.fit(few)).hasMessageContaining("there are 8 of 2 and 4");
    }
}
