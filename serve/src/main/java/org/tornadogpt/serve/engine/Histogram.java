package org.tornadogpt.serve.engine;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;

/** Counts durations by upper bounds, for Prometheus. */
final class Histogram {
    private static final double[] BOUNDS = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS.length + 1);
    private final DoubleAdder sum = new DoubleAdder();

    void add(double seconds) {
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        sum.add(seconds);
    }

    void print(StringBuilder out, String name, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" histogram\n");
        long total = 0;
        for (int i = 0; i <= BOUNDS.length; i++) {
            total += counts.get(i);
            String bound = i == BOUNDS.length ? "+Inf" : Double.toString(BOUNDS[i]);
            out.append(String.format(Locale.ROOT, "%s_bucket{le=\"%s\"} %d%n", name, bound, total));
        }
        out.append(String.format(Locale.ROOT, "%s_sum %s%n%s_count %d%n", name, sum.sum(), name, total));
    }
}
