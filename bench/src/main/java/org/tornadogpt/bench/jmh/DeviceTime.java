package org.tornadogpt.bench.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the kernels of a call take on a device by its own clock, without transfers and launches; JMH reports it beside
 * the score.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class DeviceTime {
    /** Name of the secondary result; JMH adds it up over the iterations of all forks. */
    static final String RESULT = "deviceNanos";

    /** Nanoseconds of one call; 0 where the device has no clock of its own. JMH reads it after each iteration. */
    public long deviceNanos;

    @TearDown(Level.Iteration)
    public void measure(CallBenchmark benchmark) {
        deviceNanos = benchmark.deviceNanos();
    }
}
