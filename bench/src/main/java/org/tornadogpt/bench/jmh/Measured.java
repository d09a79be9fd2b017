package org.tornadogpt.bench.jmh;

import java.util.OptionalDouble;
import org.openjdk.jmh.results.Result;
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

    /** Whether the interval is narrower than the time itself; nothing can be said of what is not. */
    boolean isMeasuredWell() {
        return Double.isNaN(errorMicros()) || 2 * errorMicros() <= micros();
    }

    /** What the kernels took by the device's own clock, without transfers and launches; empty on the JVM's devices. */
    OptionalDouble deviceMicros() {
        Result<?> sum = result.getSecondaryResults().get(DeviceTime.RESULT);
        double nanos = sum == null ? 0 : sum.getScore() / iterations();
        return nanos > 0 ? OptionalDouble.of(nanos / 1e3) : OptionalDouble.empty();
    }

    private int iterations() {
        return result.getBenchmarkResults().stream()
                .mapToInt(fork -> fork.getIterationResults().size())
                .sum();
    }

    double gflops() {
        return of.cost().flops() / micros() / 1e3;
    }

    double gigabytesPerSecond() {
        return of.cost().bytes() / micros() / 1e3;
    }
}
