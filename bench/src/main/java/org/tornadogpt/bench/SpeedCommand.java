package org.tornadogpt.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.Device;
import org.tornadogpt.kernels.jvm.CeilingsVector;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt speed}: times whole training steps. */
@Command(
        name = "speed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains on random tokens and times whole steps: forward, backward, clipping, AdamW.",
            "The last line is one JSON object. Nothing is saved."
        })
final class SpeedCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Io io;

    @Option(names = "--preset", paramLabel = "NAME", description = "What to train [kernel-cpu]; see 'tgpt presets'.")
    private String preset = "kernel-cpu";

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(names = "--steps", paramLabel = "N", description = "Steps that are timed [20].")
    private int steps = 20;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Untimed steps before; by default until 10 s have passed, at least 3 and at most 200.")
    private int warmup = -1;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets any key of 'tgpt train', such as dropout=0.")
    private List<String> pairs = new ArrayList<>();

    @Option(
            names = "--profile",
            description = "Also prints a table by operation: time, rates and per cent of the measured roofline.")
    private boolean profile;

    SpeedCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        Values values = new Values();
        values.set("preset", preset);
        device.addTo(values);
        pairs.forEach(values::setPair);
        TrainSettings settings = TrainSettings.of(values);
        if (steps < 1) {
            throw new IllegalArgumentException("--steps must be at least 1, got " + steps);
        }
        try (Device opened = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                TimedSteps timed = new TimedSteps(settings, opened)) {
            io.out().println("device " + DeviceOptions.explain(settings.device(), opened));
            timed.warmUp(warmup);
            StepTimes times = timed.run(steps);
            opened.proof().ifPresent(proof -> io.out().println("ran on " + proof));
            if (profile) {
                Optional<CeilingsVector> ceilings = opened.proof().isPresent()
                        ? Optional.empty()
                        : Optional.of(CeilingsVector.measure(opened.threads()));
                new ProfileTable(ceilings).print(io.out(), timed.profile(Math.min(steps, 20)));
            }
            io.out().println(JSON.writeValueAsString(result(settings, opened, timed, times)));
        }
        return ExitCode.OK;
    }

    private ObjectNode result(TrainSettings settings, Device opened, TimedSteps timed, StepTimes times) {
        double median = times.medianMillis();
        ObjectNode result = JSON.createObjectNode();
        result.put("preset", settings.preset());
        result.put("device", opened.id());
        result.put("parameters", timed.parameters());
        result.put("medianStepMillis", median);
        result.put("tokensPerSecond", settings.batches().tokensPerStep() / median * 1e3);
        result.put("gflops", timed.flopsPerStep() / median / 1e6);
        result.put("threads", opened.threads());
        result.put("minStepMillis", times.minMillis());
        result.put("maxStepMillis", times.maxMillis());
        result.put("steps", steps);
        result.put("lastLoss", timed.lastLoss());
        result.put("gflopPerStep", timed.flopsPerStep() / 1e9);
        result.put("activationMegabytes", timed.activationBytes() / 1e6);
        result.put("bytesAllocatedPerStep", times.bytesPerStep());
        result.put("firstStepMillis", timed.firstStepMillis());
        result.put("millisToFirstStep", timed.millisToFirstStep());
        opened.proof().ifPresent(proof -> result.put("proof", proof));
        result.put("jvm", System.getProperty("java.vm.version"));
        return result;
    }
}
