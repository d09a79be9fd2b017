package org.tornadogpt.bench.jmh;

import java.util.Locale;
import java.util.Map;
import org.tornadogpt.kernels.device.Devices;
import org.tornadogpt.kernels.graph.KernelChoices;

/**
 * Compares a call's results with those of the {@code sequential} device before anything is timed. The reference runs
 * some hundred times slower than what it checks, so the batch is cut until the reference takes seconds; all other
 * dimensions stay.
 */
final class ReferenceCheck {
    private static final double MOST_FLOPS = 5e8;
    private static final double TOLERANCE = 1e-3;

    private ReferenceCheck() {}

    /**
     * Throws if an element of any argument differs by more than a thousandth of itself and of the array's typical size.
     */
    static void check(KernelChoices kernels, String preset, StepCall call) {
        int batch = StepCalls.settings(preset).batches().batch();
        int cut = (int) Math.clamp(batch * MOST_FLOPS / Math.max(1, call.cost().flops()), 1, batch);
        StepCall small = StepCalls.all(KernelChoices.defaults(kernels.device()), preset, cut)
                .get(call.index());
        Map<String, float[]> actual = run(kernels, preset, small);
        Map<String, float[]> expected;
        try (KernelChoices reference = KernelChoices.defaults(Devices.open("sequential", 1))) {
            expected = run(reference, preset, small);
        }
        expected.forEach((name, values) -> compare(call.label() + ", " + name, values, actual.get(name)));
    }

    private static Map<String, float[]> run(KernelChoices kernels, String preset, StepCall call) {
        BoundCall bound = new BoundCall(kernels, call, StepCalls.bound(preset));
        bound.program().run();
        return bound.values();
    }

    static void compare(String what, float[] expected, float[] actual) {
        double squares = 0;
        for (float value : expected) {
            squares += (double) value * value;
        }
        double typical = Math.sqrt(squares / expected.length);
        for (int i = 0; i < expected.length; i++) {
            double allowed = TOLERANCE * (typical + Math.abs(expected[i]));
            if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
                throw new IllegalStateException(String.format(
                        Locale.ROOT,
                        "wrong result in %s: element %d is %s, the reference has %s",
                        what,
                        i,
                        actual[i],
                        expected[i]));
            }
        }
    }
}
