package org.tornadogpt.bench.jmh;

import org.openjdk.jmh.results.RunResult;

/** A case and what JMH measured of it. */
record Measured(BenchCase of, RunResult result) {
    double micros() {
        return result.getPrimaryResult().getScore();
    }

    /** Half the width of the 99.9 % confidence interval; NaN for too few iterations. */
    double errorMicros() {
        return result.getPrimaryResult().getScoreError();
    }

    double gflops() {
        return of.cost().flops() / micros() / 1e3;
    }

    double gigabytesPerSecond() {
        return of.cost().bytes() / micros() / 1e3;
    }
}
