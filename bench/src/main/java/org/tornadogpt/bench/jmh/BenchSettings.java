package org.tornadogpt.bench.jmh;

import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * How to measure.
 *
 * @param device as for {@code --device}
 * @param threads as for {@code --threads}
 * @param forks JVMs started for each case, one after the other
 * @param warmups iterations that are not counted, of a second each: vector code crawls until the JIT compiler has seen
 *     it
 * @param iterations iterations that are
 * @param millis least length of a counted iteration
 */
record BenchSettings(String device, int threads, int forks, int warmups, int iterations, int millis) {
    private static final int WARMUP_MILLIS = 1000;

    BenchSettings {
        if (forks < 1) {
            throw new IllegalArgumentException("--forks must be at least 1, got " + forks);
        }
    }

    static BenchSettings thorough(String device, int threads, int forks) {
        return new BenchSettings(device, threads, forks, 10, 5, 1000);
    }

    static BenchSettings quick(String device, int threads, int forks) {
        return new BenchSettings(device, threads, forks, 4, 3, 300);
    }

    /** JMH's options for one case. Forks take this JVM's options and class path, which is JMH's default. */
    Options options(BenchCase of, String log) {
        return new OptionsBuilder()
                .include("^" + CallBenchmark.class.getName().replace(".", "\\.") + "\\.run$")
                .param("device", device)
                .param("threads", String.valueOf(threads))
                .param("preset", of.preset())
                .param("operation", of.operation())
                .param("call", of.call())
                .param("variant", of.variant())
                .forks(forks)
                .warmupIterations(warmups)
                .warmupTime(TimeValue.milliseconds(WARMUP_MILLIS))
                .measurementIterations(iterations)
                .measurementTime(TimeValue.milliseconds(millis))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL)
                .output(log)
                .build();
    }
}
