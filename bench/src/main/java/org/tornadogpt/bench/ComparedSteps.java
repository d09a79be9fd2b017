package org.tornadogpt.bench;

import java.util.Map;
import java.util.TreeMap;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;

/**
 * A build's side of {@code tgpt speed --against}. {@link Build} finds this class and its methods by name, in this build
 * and in the other: public for that reason only.
 */
public final class ComparedSteps implements Side {
    private final KernelChoices kernels;
    private final TimedSteps steps;

    /**
     * Opens the device and records the steps.
     *
     * @param settings by key
     * @param variants by operation
     * @throws IllegalArgumentException if there is no such setting, device or variant
     */
    public ComparedSteps(Map<String, String> settings, Map<String, String> variants) {
        try {
            TrainSettings resolved = TrainSettings.of(values(settings, variants));
            kernels = DeviceOptions.open(resolved.device(), resolved.threads(), resolved.kernels());
            steps = new TimedSteps(resolved, kernels);
        } catch (UsageException e) {
            throw new IllegalArgumentException(e.getMessage(), e); // the caller may know another class of that name
        }
    }

    private static Values values(Map<String, String> settings, Map<String, String> variants) {
        Values values = new Values();
        settings.forEach(values::set);
        variants.forEach((operation, variant) -> values.setKernel(operation + "=" + variant));
        return values;
    }

    @Override
    public String device() {
        return kernels.device().id() + ": " + kernels.device().description();
    }

    @Override
    public double step() {
        return steps.run(1).medianMillis();
    }

    @Override
    public float loss() {
        return steps.lastLoss();
    }

    @Override
    public Map<String, Double> profile() {
        Map<String, Double> millis = new TreeMap<>();
        for (Program.Timing timing : steps.profile(1)) {
            millis.merge(timing.node().operation() + "." + timing.node().phase(), timing.nanos() / 1e6, Double::sum);
        }
        return millis;
    }

    @Override
    public void close() {
        steps.close();
        kernels.close();
    }
}
