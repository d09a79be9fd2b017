package org.tornadogpt.bench.op;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.kernels.graph.Program;
import org.tornadogpt.kernels.graph.Workspace;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.kernels.kernel.Variants;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tgpt op}. */
@Command(
        name = "op",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times one operation at any size, forward and backward, after checking its results.",
            "Each line that begins with { is a JSON object: milliseconds from call to return, and by the device's own clock."
        },
        footer = {"", "  tgpt op matmul 4096x4096x4096 --device tornado", "  tgpt op attention 16x16x1024x64"})
final class OpCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_WARM_UPS = 50;
    private static final long WARM_UP_NANOS = 1_000_000_000;
    private static final String MATMUL_SIZES = "NxKxO";
    private static final String ATTENTION_SIZES = "BxHxTxD";

    private final Io io;

    @Parameters(index = "0", paramLabel = "OPERATION", description = "matmul or attention.")
    private String operation;

    @Parameters(
            index = "1",
            paramLabel = "SIZES",
            description = "of matmul " + MATMUL_SIZES + ", of attention " + ATTENTION_SIZES + ".")
    private String sizes;

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Timed runs of each phase, of which the median counts [10].")
    private int runs = 10;

    OpCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        if (runs < 1) {
            throw new UsageException("--runs must be at least 1, got " + runs);
        }
        Values values = new Values();
        device.addTo(values);
        int[] parsed = parse();
        TrainSettings settings = TrainSettings.of(values);
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels())) {
            Device opened = kernels.device();
            io.say("device " + DeviceOptions.explain(settings.device(), opened));
            Workspace workspace = new Workspace(kernels);
            List<Phase> phases = operation.equals("matmul")
                    ? new MatMulOp(workspace, parsed).phases(workspace)
                    : new AttentionOp(workspace, parsed).phases(workspace);
            Variant variant = Variants.find(operation, kernels.names().get(operation));
            if (variant instanceof OtherMathematics other) {
                io.say("not compared: other mathematics, " + other.mathematics());
            }
            for (Phase phase : phases) {
                time(phase, opened, variant);
            }
            opened.proof().ifPresent(proof -> io.say("ran on " + proof));
        }
        return ExitCode.OK;
    }

    private int[] parse() {
        return switch (operation) {
            case "matmul" -> Sizes.parse(sizes, MATMUL_SIZES);
            case "attention" -> Sizes.parse(sizes, ATTENTION_SIZES);
            default -> throw new UsageException("unknown operation '" + operation + "'; there are matmul, attention");
        };
    }

    private void time(Phase phase, Device opened, Variant variant) throws IOException {
        phase.program().run();
        if (!(variant instanceof OtherMathematics)) {
            phase.check().run();
        }
        warmUp(phase.program());
        double[] millis = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            phase.program().run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        double median = median(millis);
        ObjectNode line = JSON.createObjectNode();
        line.put("operation", operation);
        line.put("sizes", sizes);
        line.put("phase", phase.name());
        line.put("variant", variant.name());
        line.put("device", opened.id());
        line.put("millis", median);
        line.put("tflops", phase.flops() / median / 1e9);
        if (opened.proof().isPresent()) {
            double onDevice = deviceMillis(phase.program());
            line.put("deviceMillis", onDevice);
            line.put("deviceTflops", phase.flops() / onDevice / 1e9);
        }
        io.out().println(JSON.writeValueAsString(line));
        io.out().flush();
    }

    /** For the JIT compiler, which the JVM's devices need, and the device's clocks. */
    private static void warmUp(Program program) {
        long start = System.nanoTime();
        for (int i = 0; i < MOST_WARM_UPS && System.nanoTime() - start < WARM_UP_NANOS; i++) {
            program.run();
        }
    }

    private double deviceMillis(Program program) {
        double[] millis = new double[Math.min(runs, 5)];
        for (int i = 0; i < millis.length; i++) {
            millis[i] =
                    program.runTimed().stream().mapToLong(Program.Timing::nanos).sum() / 1e6;
        }
        return median(millis);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
