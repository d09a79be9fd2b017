package org.tornadogpt.kernels.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.device.jvm.SequentialDevice;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/** Runs every variant that a device can run on it and compares the results with the {@code sequential} device's. */
public final class KernelCheck {
    private static final double HALF_ULP = 0x1p-24;

    /** Native maths and contracted multiply-adds differ in the last places from one device to another. */
    private static final double RELATIVE = 64 * HALF_ULP;

    private KernelCheck() {}

    /**
     * How a variant did in a case.
     *
     * @param maxError greatest absolute difference; not a number where a result is none
     * @param element where the difference is greatest relative to what it may be
     * @param failure why it is wrong; empty if it is right
     */
    public record Outcome(KernelCase kernelCase, String variant, double maxError, int element, String failure) {
        public boolean isOk() {
            return failure.isEmpty();
        }
    }

    /** Checks all variants of all cases, telling each outcome as it is known. */
    public static List<Outcome> run(Device device, List<KernelCase> cases, Consumer<Outcome> onOutcome) {
        List<Outcome> outcomes = new ArrayList<>();
        try (Device reference = new SequentialDevice()) {
            for (KernelCase kernelCase : cases) {
                float[] expected = new Trial(KernelChoices.defaults(reference)).run(kernelCase);
                for (Variant variant : variants(device, kernelCase.operation())) {
                    Outcome outcome = check(device, kernelCase, variant, expected);
                    outcomes.add(outcome);
                    onOutcome.accept(outcome);
                }
            }
        }
        return outcomes;
    }

    /** The variants of an operation that the device runs, but those that compute something else. */
    public static List<Variant> variants(Device device, String operation) {
        return Variants.all().stream()
                .filter(v -> v.operation().equals(operation)
                        && !(v instanceof OtherMathematics)
                        && v.obstacle(device.traits()).isEmpty())
                .toList();
    }

    /** Checks one variant in one case. */
    public static Outcome check(Device device, KernelCase kernelCase, Variant variant) {
        try (Device reference = new SequentialDevice()) {
            float[] expected = new Trial(KernelChoices.defaults(reference)).run(kernelCase);
            return check(device, kernelCase, variant, expected);
        }
    }

    private static Outcome check(Device device, KernelCase kernelCase, Variant variant, float[] expected) {
        KernelChoices choices = new KernelChoices(device, Map.of(variant.operation(), variant.name()));
        try {
            float[] actual = new Trial(choices).run(kernelCase);
            return compare(kernelCase, variant.name(), expected, actual);
        } catch (IllegalStateException | IllegalArgumentException e) {
            return new Outcome(kernelCase, variant.name(), Double.NaN, -1, e.getMessage());
        }
    }

    static Outcome compare(KernelCase kernelCase, String variant, float[] expected, float[] actual) {
        double absolute = (4.0 * kernelCase.terms() + 64) * HALF_ULP;
        double maxError = 0;
        double worstShare = 0;
        int worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs((double) actual[i] - expected[i]);
            double quotient = error / (absolute + RELATIVE * Math.abs(expected[i]));
            double share = Double.isNaN(quotient) ? Double.POSITIVE_INFINITY : quotient;
            if (share > worstShare) {
                worst = i;
                worstShare = share;
            }
            maxError = Double.isNaN(error) || error > maxError ? error : maxError;
        }
        String failure = worstShare <= 1
                ? ""
                : String.format(
                        Locale.ROOT,
                        "element %d of %d is %s, should be %s",
                        worst,
                        expected.length,
                        actual[worst],
                        expected[worst]);
        return new Outcome(kernelCase, variant, maxError, worst, failure);
    }
}
