package org.tornadogpt.distributed.plan;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.memory.Slice;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Table;
import org.tornadogpt.trainer.ranks.Exchange;
import org.tornadogpt.trainer.settings.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tgpt plan}: a table of what ranks would need and take, from formulas. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Computes memory, bytes moved and time of a training step on machines that are not at hand.",
            "All figures come from formulas (docs/SCALING.md), none from a run."
        })
final class PlanCommand implements Callable<Integer> {
    private static final double GIGA = 1e9;

    private final Io io;

    @Option(names = "--model", paramLabel = "NAME", description = "124M, 1.5B, 7B or a preset [${DEFAULT-VALUE}].")
    private String model = "124M";

    @Option(names = "--ranks", paramLabel = "N,...", split = ",", description = "Numbers of ranks [1,8,64,256,1024].")
    private List<Integer> ranks = List.of(1, 8, 64, 256, 1024);

    @Option(names = "--per-node", paramLabel = "G", description = "Ranks of a machine [${DEFAULT-VALUE}].")
    private int perNode = 8;

    @Option(names = "--batch", paramLabel = "B", description = "Sequences of a micro-step [${DEFAULT-VALUE}].")
    private int batch = 8;

    @Option(names = "--micro-steps", paramLabel = "K", description = "Of each rank in a step [${DEFAULT-VALUE}].")
    private int microSteps = 1;

    @Option(names = "--exchange", paramLabel = "HOW", description = "exact, fast or sharded [${DEFAULT-VALUE}].")
    private String exchange = Exchange.SHARDED.toString();

    @Option(
            names = "--tflops",
            paramLabel = "X",
            description = "10^12 operations a second that a rank really does [${DEFAULT-VALUE}].")
    private double teraflops = 25;

    @Option(
            names = "--memory-bandwidth",
            paramLabel = "GB/S",
            description = "Bandwidth of a rank's memory [${DEFAULT-VALUE}].")
    private double memory = 2000;

    @Option(
            names = "--within",
            paramLabel = "GB/S",
            description = "Bandwidth between ranks of a machine, each way [${DEFAULT-VALUE}].")
    private double within = 20;

    @Option(
            names = "--between",
            paramLabel = "GB/S",
            description = "Bandwidth between machines, each way, for all ranks of one [${DEFAULT-VALUE}].")
    private double between = 25;

    @Option(names = "--latency", paramLabel = "US", description = "Microseconds of a message [${DEFAULT-VALUE}].")
    private double latency = 5;

    PlanCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() {
        check();
        ModelShape shape = ModelShape.of(model);
        Cluster cluster =
                new Cluster(perNode, teraflops * 1e12, memory * GIGA, within * GIGA, between * GIGA, latency / 1e6);
        io.say(String.format(
                Locale.ROOT,
                "%s: %,d parameters, %d layers, %d channels, block %d; %d x %d tokens a micro-step, %d a rank; %s",
                shape.name(),
                shape.parameters(),
                shape.layers(),
                shape.channels(),
                shape.block(),
                batch,
                shape.block(),
                microSteps,
                exchange));
        Table table = new Table("rrrrrrrrrr")
                .row(
                        "ranks",
                        "params+grads",
                        "moments",
                        "activations",
                        "memory",
                        "sent",
                        "compute",
                        "exchange",
                        "step",
                        "overlapped");
        table.row("", "GB", "GB", "GB", "GB", "GB/step", "ms", "ms", "ms", "ms");
        for (int n : ranks) {
            add(table, new Plan(shape, cluster, Exchange.of(exchange), n, microSteps, batch));
        }
        table.print(io);
        io.say(
                "by formulas, not measured; 'overlapped' is what exchanging layer by layer during the backward pass would give,"
                        + " which is not built");
        if (!shape.fitsOneArray()) {
            io.say(String.format(
                    Locale.ROOT,
                    "the program keeps parameters in one array of at most %,d floats: this model does not fit it",
                    Slice.LONGEST));
        }
        return ExitCode.OK;
    }

    private void check() {
        positive("--per-node", perNode);
        positive("--batch", batch);
        positive("--micro-steps", microSteps);
        positive("--tflops", teraflops);
        positive("--memory-bandwidth", memory);
        positive("--within", within);
        positive("--between", between);
        ranks.forEach(n -> positive("--ranks", n));
        if (!(latency >= 0)) {
            throw new UsageException("--latency must not be negative, got " + latency);
        }
    }

    private static void positive(String option, double value) {
        if (!(value > 0)) {
            throw new UsageException(option + " must be positive, got " + value);
        }
    }

    private static void add(Table table, Plan plan) {
        table.row(
                plan.ranks(),
                number(plan.gradientBytes() / GIGA),
                number(plan.momentBytes() / GIGA),
                number(plan.activationBytes() / GIGA),
                number(plan.memoryBytes() / GIGA),
                number(plan.sentBytes() / GIGA),
                number(plan.computeSeconds() * 1e3),
                number(plan.exchangeSeconds() * 1e3),
                number(plan.stepSeconds() * 1e3),
                number(plan.overlappedStepSeconds() * 1e3));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }
}
