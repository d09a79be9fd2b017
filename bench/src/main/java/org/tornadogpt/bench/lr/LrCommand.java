package org.tornadogpt.bench.lr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.kernels.graph.KernelChoices;
import org.tornadogpt.model.LanguageModel;
import org.tornadogpt.model.TrainingSession;
import org.tornadogpt.model.training.Batches;
import org.tornadogpt.trainer.cli.DeviceOptions;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Sessions;
import org.tornadogpt.trainer.cli.Texts;
import org.tornadogpt.trainer.data.Split;
import org.tornadogpt.trainer.plot.SeriesChart;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.settings.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tgpt lr}. */
@Command(
        name = "lr",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Looks for a learning rate: trains with a rate that grows from step to step until the loss rises, and draws loss"
                    + " against rate. Nothing of it is kept but the picture.",
            "What it suggests is a tenth of the rate at which the loss was lowest: a place to begin, not an optimum."
        },
        footer = {"", "  tgpt lr --preset kernel-cpu --data book.txt"})
final class LrCommand implements Callable<Integer> {
    private final Io io;

    @Option(names = "--preset", paramLabel = "NAME", description = "As for 'tgpt train' [jdk].")
    private String preset = "jdk";

    @Option(names = "--data", paramLabel = "WHAT", description = "As for 'tgpt train' [the preset's].")
    private String data;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets any key of 'tgpt train'; repeatable.")
    private List<String> pairs = new ArrayList<>();

    @Option(names = "--low", paramLabel = "X", description = "First rate [1e-5].")
    private double low = 1e-5;

    @Option(names = "--high", paramLabel = "X", description = "Last rate, if the loss does not rise before [1].")
    private double high = 1;

    @Option(names = "--steps", paramLabel = "N", description = "From the first to the last [200].")
    private int steps = 200;

    @Option(names = "--out", paramLabel = "FILE", description = "The picture [lr.png].")
    private Path out = Path.of("lr.png");

    @Mixin
    private DeviceOptions device = new DeviceOptions();

    LrCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException {
        if (!(low > 0 && low < high && high < Double.POSITIVE_INFINITY)) {
            throw new UsageException("--low must be above 0 and below --high, got " + low + " and " + high);
        }
        if (steps < 10) {
            throw new UsageException("--steps must be 10 or more, got " + steps);
        }
        RateTest test = test(settings());
        if (test.rates().isEmpty()) {
            throw new UsageException("the loss was not finite at the first step: a lower --low may help");
        }
        print(test);
        new SeriesChart("Loss while the learning rate grows", "learning rate", "loss, smoothed (nats per token)")
                .logarithmic(true, false)
                .add(preset, test.rates(), test.losses(), SeriesChart.Style.LINE)
                .write(out);
        io.say("drawn: " + out);
        return ExitCode.OK;
    }

    private TrainSettings settings() {
        Values values = new Values();
        values.set("preset", preset);
        if (data != null) {
            values.set("data", data);
        }
        device.addTo(values);
        pairs.forEach(values::setPair);
        return TrainSettings.of(values);
    }

    private RateTest test(TrainSettings settings) {
        Texts texts = Texts.read(settings, null, io);
        Split split = texts.split();
        LanguageModel model = settings.model()
                .withVocabulary(texts.tokenizer().vocabularySize())
                .model();
        try (KernelChoices kernels = DeviceOptions.open(settings.device(), settings.threads(), settings.kernels());
                TrainingSession session = Sessions.training(model, kernels, settings)) {
            session.initialise(settings.seed());
            Batches batches = new Batches(
                    split.training(),
                    settings.batches().batch(),
                    settings.batches().block(),
                    settings.seed(),
                    Batches.Purpose.TRAIN);
            int micros = settings.batches().microSteps();
            int[][] tokens = new int[micros][batches.size()];
            int[][] targets = new int[micros][batches.size()];
            return RateTest.run(
                    (number, rate) -> {
                        for (int micro = 0; micro < micros; micro++) {
                            batches.fill(number, micro, tokens[micro], targets[micro]);
                        }
                        float loss = session.gradients(tokens, targets, number, settings.seed());
                        if (!Float.isFinite(loss) || !Float.isFinite(session.gradientNorm())) {
                            return Double.NaN;
                        }
                        session.update(settings.optimizer().at(rate), number + 1);
                        return loss;
                    },
                    low,
                    high,
                    steps,
                    io.interrupted());
        }
    }

    private void print(RateTest test) {
        int shown = 10;
        for (int i = 0; i < shown; i++) {
            int at = (test.rates().size() - 1) * i / (shown - 1);
            io.out()
                    .println(String.format(
                            Locale.ROOT,
                            "rate %.2e  loss %.4f",
                            test.rates().get(at),
                            test.losses().get(at)));
        }
        io.say(String.format(
                Locale.ROOT,
                "lowest loss at rate %.2e; suggested: learningRate=%.1e%s",
                test.atLowest(),
                test.suggestion(),
                test.turned() ? "" : " at least: the loss was still falling at the end, a higher --high may help"));
    }
}
