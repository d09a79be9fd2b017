package org.tornadogpt.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Node.Cost;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;

/**
 * One thing to measure.
 *
 * @param preset whose shapes
 * @param operation whose variants are compared
 * @param call label of the call
 * @param variant the operation's variant
 * @param cost of the call
 */
record BenchCase(String preset, String operation, String call, String variant, Cost cost) {
    /** The presets whose shapes are measured. */
    static final List<String> PRESETS = List.of("quote", "kernel-cpu", "kernel-gpu");

    /** What patterns are matched against. */
    String name() {
        return preset + "/" + operation + "/" + call + "/" + variant;
    }

    /** All calls of all presets with every variant that this device can run. */
    static List<BenchCase> all(Device device) {
        List<BenchCase> cases = new ArrayList<>();
        KernelChoices defaults = KernelChoices.defaults(device);
        for (String preset : PRESETS) {
            for (StepCall call : StepCalls.of(
                    defaults, preset, StepCalls.settings(preset).batches().batch())) {
                for (Variant variant : Variants.all()) {
                    if (variant.operation().equals(call.operation())
                            && variant.obstacle(device.traits()).isEmpty()) {
                        cases.add(new BenchCase(preset, call.operation(), call.label(), variant.name(), call.cost()));
                    }
                }
            }
        }
        return cases;
    }
}
