package org.tornadogpt.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.device.jvm.CeilingsVector;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Launch;
import org.tornadogpt.trainer.cli.PresetNames;
import org.tornadogpt.trainer.cli.ProductOptions;
import org.tornadogpt.trainer.cli.RanksUse;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tgpt speed}: times whole training steps. */
@Command(
        name = "speed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains on random tokens and times whole steps: forward, backward, clipping, the optimizer.",
            "The last line is one JSON object. Nothing is saved."
        },
        footer = {
            "",
            "With --against two builds, or two settings of one, take steps in turn in one JVM: what else the machine does"
                    + " meets both, and differences of some per cent show. '--against .' alone is the noise floor."
                    + " Examples:",
            "",
            "  git worktree add ../before main && ../before/tgpt --version  # builds it",
            "  tgpt speed --against ../before --set dropout=0 --profile",
            "  tgpt speed --against . --against-kernel matmul=naive",
            "",
            "Both builds run with this checkout's JVM flags, on cpu or sequential."
        })
final class SpeedCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USUAL_STEPS = 20;
    private static final int USUAL_ROUNDS = 30;

    private final Io io;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            completionCandidates = PresetNames.class,
            description = "What to train [kernel-cpu]: ${COMPLETION-CANDIDATES}; see 'tgpt presets'.")
    private String preset = "kernel-cpu";

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Mixin
    private ProductOptions products = new ProductOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps that are timed [20; with --against 30 of each side in each repeat].")
    private Integer asked;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Untimed steps before; by default until 10 s have passed, at least 3 and at most 200.")
    private int warmup = -1;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets any key of 'tgpt train', such as dropout=0.")
    private List<String> pairs = new ArrayList<>();

    @Option(
            names = "--profile",
            description = "Also prints a table by operation: time, rates and per cent of the measured roofline; with"
                    + " --against, times and ratios.")
    private boolean profile;

    @Option(
            names = "--peak",
            paramLabel = "TFLOPS",
            description =
                    "What the device can do at most in the type that it computes with; adds model FLOPs utilization"
                            + " (mfu) to the result.")
    private Double peak;

    @Option(
            names = "--ranks",
            paramLabel = "N",
            description =
                    "Times steps that N processes take together, and one by itself; as does mpirun -n N tgpt speed.")
    private Integer ranks;

    @Option(
            names = "--exchange",
            paramLabel = "HOW",
            description = "How processes add up gradients [exact]: exact, fast or sharded.")
    private String exchange = Exchange.EXACT.toString();

    @Spec
    private CommandSpec spec;

    @Mixin
    private AgainstOptions against = new AgainstOptions();

    SpeedCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws Exception {
        if (ranks != null && io.ranks().size() == 1) {
            return Launch.ranks(io, ranks, spec.commandLine());
        }
        if (peak != null && !(peak > 0)) {
            throw new UsageException("--peak must be above 0, got " + peak);
        }
        Values values = new Values();
        values.set("preset", preset);
        device.addTo(values);
        products.addTo(values);
        pairs.forEach(values::setPair);
        if (against.given()) {
            compare(values);
        } else if (io.ranks().size() > 1) {
            new TogetherSpeed(io, new RanksUse(io.ranks(), Exchange.of(exchange)))
                    .time(values, WarmUp.of(warmup), steps(USUAL_STEPS));
        } else {
            time(TrainSettings.of(values), steps(USUAL_STEPS));
        }
        return ExitCode.OK;
    }

    private int steps(int usual) {
        int steps = asked == null ? usual : asked;
        if (steps < 1) {
            throw new UsageException("--steps must be at least 1, got " + steps);
        }
        return steps;
    }

    private void compare(Values values) throws IOException {
        Comparison comparison = new Comparison(values, against.over(values), against.build());
        Outcomes outcomes = comparison.run(
                new Comparison.Plan(against.repeats(), WarmUp.of(warmup), steps(USUAL_ROUNDS), profile), io.out());
        new ComparisonTable(outcomes).print(io);
        io.out().println(JSON.writeValueAsString(new ComparisonResult(comparison, outcomes).toJson(JSON)));
    }

    private void time(TrainSettings settings, int steps) throws IOException {
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                TimedSteps timed = new TimedSteps(settings, kernels)) {
            Device opened = kernels.device();
            io.say("device " + DeviceOptions.explain(settings.device(), opened));
            timed.warmUp(WarmUp.of(warmup));
            StepTimes times = timed.run(steps);
            opened.proof().ifPresent(proof -> io.say("ran on " + proof));
            if (profile) {
                Optional<CeilingsVector> ceilings = opened.proof().isPresent()
                        ? Optional.empty()
                        : Optional.of(CeilingsVector.measure(opened.threads()));
                new ProfileTable(ceilings).print(io, timed.profile(Math.min(steps, 20)));
            }
            io.out().println(JSON.writeValueAsString(result(settings, opened, timed, times)));
        }
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
        double modelFlops = ModelFlops.perToken(settings.model());
        if (modelFlops > 0) {
            result.put("modelFlopsPerToken", modelFlops);
        }
        if (peak != null && modelFlops > 0) {
            result.put("mfu", modelFlops * settings.batches().tokensPerStep() / median / 1e9 / peak);
        }
        result.put("threads", opened.threads());
        result.put("minStepMillis", times.minMillis());
        result.put("maxStepMillis", times.maxMillis());
        result.put("steps", times.millis().length);
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
