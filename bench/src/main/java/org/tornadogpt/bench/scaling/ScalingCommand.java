package org.tornadogpt.bench.scaling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tornadogpt.model.Checkpoint;
import org.tornadogpt.model.GptConfig;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Texts;
import org.tornadogpt.trainer.settings.TrainSettings;
import org.tornadogpt.trainer.settings.UsageException;
import org.tornadogpt.trainer.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tgpt scaling}. */
@Command(
        name = "scaling",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains models of several sizes on several numbers of tokens, fits power laws to their losses, and tells what to"
                    + " choose.",
            "A size is a number of channels C: layers and heads are C / 32, the learning rate is 2e-3 * sqrt(128 / C), falling"
                    + " by a cosine to a tenth after a warm-up of a tenth of the steps; the rest is the preset jdk's.",
            "Points that are done are kept: the same command goes on, and a larger grid adds to a smaller one."
        },
        footer = {"", "  tgpt scaling --sizes 16,32,64 --budgets 100k,200k,400k --data tinyshakespeare --hours 1"})
final class ScalingCommand implements Callable<Integer> {
    private final Io io;

    @Option(names = "--sizes", paramLabel = "C,C,...", required = true, split = ",", description = "Channels.")
    private List<Integer> sizes;

    @Option(
            names = "--budgets",
            paramLabel = "D,D,...",
            required = true,
            split = ",",
            description = "Tokens to train on; 100k is 100,000, 2m two million.")
    private List<String> budgets;

    @Option(names = "--data", paramLabel = "WHAT", description = "The text; see 'tgpt data list' [jdk].")
    private String data = "jdk";

    @Option(names = "--out", paramLabel = "DIR", description = "The study's folder [scaling].")
    private Path out = Path.of("scaling");

    @Option(names = "--jobs", paramLabel = "N", description = "Points trained at a time, each by a process [1].")
    private int jobs = 1;

    @Option(names = "--batch", paramLabel = "B", description = "Blocks of a step [16].")
    private int batch = 16;

    @Option(names = "--block", paramLabel = "T", description = "Tokens of a block [64].")
    private int block = 64;

    @Option(names = "--seed", paramLabel = "N", description = "Of all points [1337].")
    private long seed = 1337;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets a key of all points; repeatable. See 'tgpt presets --keys'.")
    private List<String> pairs = new ArrayList<>();

    @Option(names = "--device", paramLabel = "DEVICE", description = "As for 'tgpt train'.")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "Of each process [processors / jobs].")
    private Integer threads;

    @Option(names = "--hours", paramLabel = "H", description = "Tells what to choose for so much time.")
    private Double hours;

    ScalingCommand(Io io) {
        this.io = io;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (jobs < 1) {
            throw new UsageException("--jobs must be at least 1, got " + jobs);
        }
        if (hours != null && !(hours > 0)) {
            throw new UsageException("--hours must be above 0, got " + hours);
        }
        StudySettings study = new StudySettings(data, batch, block, seed, pairs);
        List<Point> grid = grid(study);
        study.keepIn(out);
        List<PointResult> points = new GridRuns(io, jobs, deviceOptions()).complete(grid);
        ScalingReport report = new ScalingReport(points);
        LossLaw law = null;
        try {
            law = LossLaw.fit(points);
            report.law(law);
            heldOut(points, report);
            if (hours != null) {
                advise(grid.getFirst(), points, law, report, study);
            }
        } catch (IllegalArgumentException e) {
            report.cannot("No law of size and data", e.getMessage());
        }
        Files.write(out.resolve("scaling.md"), report.lines());
        report.lines().forEach(io.out()::println);
        ScalingCharts.write(points, law, out);
        io.out().println();
        io.out()
                .println("written: " + out.resolve("scaling.md")
                        + ", parameters.png, tokens.png, compute.png beside it");
        return ExitCode.OK;
    }

    private static void heldOut(List<PointResult> points, ScalingReport report) {
        PointResult farthest = ScalingReport.farthest(points);
        List<PointResult> others =
                points.stream().filter(p -> !p.equals(farthest)).toList();
        try {
            report.heldOut(farthest, LossLaw.fit(others));
        } catch (IllegalArgumentException e) {
            report.cannot("No point held out", e.getMessage());
        }
    }

    private void advise(Point any, List<PointResult> points, LossLaw law, ScalingReport report, StudySettings study)
            throws IOException {
        Checkpoint checkpoint = Checkpoint.open(RunFolder.forUse(any.folder()));
        if (!(checkpoint.config() instanceof GptConfig like)) {
            throw new UsageException("--hours is for models of kind gpt");
        }
        TrainSettings settings =
                TrainSettings.of(RunFolder.readConfig(any.folder()).values());
        long tokens = Texts.read(settings, any.folder().resolve("tokenizer.json"), io)
                .split()
                .training()
                .length();
        report.advice(hours, Advice.of(hours, points, law, like, tokens), study, tokens);
    }

    private List<Point> grid(StudySettings study) {
        List<Point> grid = new ArrayList<>();
        for (int channels : sizes) {
            ModelSize size;
            try {
                size = new ModelSize(channels);
            } catch (IllegalArgumentException e) {
                throw new UsageException("--sizes: " + e.getMessage(), e);
            }
            for (String budget : budgets) {
                grid.add(Point.of(size, tokens(budget), study, out));
            }
        }
        if (grid.stream().map(Point::name).distinct().count() < grid.size()) {
            throw new UsageException("two points of the grid come to the same number of steps, or a size occurs twice");
        }
        return grid;
    }

    static long tokens(String budget) {
        String lower = budget.strip().toLowerCase(Locale.ROOT);
        double factor = lower.endsWith("k") ? 1e3 : lower.endsWith("m") ? 1e6 : 1;
        try {
            double value = Double.parseDouble(factor == 1 ? lower : lower.substring(0, lower.length() - 1)) * factor;
            if (value >= 1 && value < 1e15) {
                return Math.round(value);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("a budget is a number of tokens such as 100000, 100k or 2m, got " + budget);
    }

    private List<String> deviceOptions() {
        int own = Math.max(1, Runtime.getRuntime().availableProcessors() / jobs);
        List<String> options = new ArrayList<>(List.of("--threads", String.valueOf(threads == null ? own : threads)));
        if (device != null) {
            options.addAll(List.of("--device", device));
        }
        return options;
    }
}
