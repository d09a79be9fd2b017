package org.tornadogpt.bench.jmh;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.kernel.Variants;

/**
 * One call of a training step, run as the trainer runs it: recorded, built by the device, replayed. {@code tgpt bench}
 * sets the parameters to what the variants on the class path and the presets offer; the values here serve JMH's own
 * command line only.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CallBenchmark {
    @Param("cpu")
    public String device;

    @Param("0")
    public int threads;

    @Param("kernel-cpu")
    public String preset;

    @Param("matmul")
    public String operation;

    @Param("forward:2048x384x128")
    public String call;

    @Param("blocked")
    public String variant;

    /** The median of so many runs is the device's time. */
    private static final int DEVICE_RUNS = 5;

    private Device opened;
    private Program program;

    /** Builds the program and compares what it computes with the reference, unless it computes something else. */
    @Setup
    public void open() {
        opened = Devices.open(device, threads);
        int batch = StepCalls.settings(preset).batches().batch();
        List<StepCall> calls = StepCalls.of(KernelChoices.defaults(opened), preset, batch);
        StepCall found = calls.stream()
                .filter(c -> c.operation().equals(operation) && c.label().equals(call))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("preset " + preset + " has no call " + operation + " " + call));
        KernelChoices kernels = new KernelChoices(opened, Map.of(operation, variant));
        if (!(Variants.find(operation, variant) instanceof OtherMathematics)) {
            ReferenceCheck.check(kernels, preset, found);
        }
        BoundCall bound = new BoundCall(kernels, found, StepCalls.bound(preset));
        program = bound.program();
        Optional<String> wrong = program.firstNonFinite();
        if (wrong.isPresent()) {
            throw new IllegalStateException("NaN or infinity in " + wrong.get());
        }
    }

    @TearDown
    public void close() {
        opened.close();
    }

    /** Nanoseconds that the device needs for the call's kernels, by its own clock; 0 where it has none. */
    long deviceNanos() {
        if (opened.proof().isEmpty()) {
            return 0;
        }
        long[] nanos = new long[DEVICE_RUNS];
        for (int i = 0; i < DEVICE_RUNS; i++) {
            nanos[i] =
                    program.runTimed().stream().mapToLong(Program.Timing::nanos).sum();
        }
        Arrays.sort(nanos);
        return nanos[DEVICE_RUNS / 2];
    }

    /** The call, replayed; its results lie in memory that outlives it. */
    @Benchmark
    public void run(DeviceTime beside) {
        program.run();
    }
}
