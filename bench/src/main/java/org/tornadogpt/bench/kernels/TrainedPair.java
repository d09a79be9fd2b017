package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tornadogpt.bench.compare.Curves;
import org.tornadogpt.bench.compare.RunCurve;
import org.tornadogpt.kernels.kernel.Variant;
import org.tornadogpt.trainer.cli.ExitCode;
import org.tornadogpt.trainer.cli.Io;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.metrics.Metric;
import org.tornadogpt.trainer.metrics.MetricsFile;

/** Trains with the device's default, with the default under another seed, and with a variant. */
record TrainedPair(Io io, String preset, int steps, int seed, List<String> common, Path folder) {
    private static final double MOST_SECONDS = 180;
    private static final int RUNS = 3;
    private static final int TRIAL_STEPS = 12;
    private static final int EVALUATIONS = 10;

    /**
     * What came of it.
     *
     * @param curves the default's, the default's under the next seed, the variant's
     * @param stepMillis medians of the default and the variant
     */
    record Trained(Curves curves, int steps, boolean cut, List<Double> stepMillis) {}

    Trained train(Variant variant) throws IOException {
        int fit = fit(variant);
        boolean cut = fit < steps;
        int taken = Math.min(fit, steps);
        List<RunCurve> curves = new ArrayList<>();
        List<Double> millis = new ArrayList<>();
        Path base = run("default", taken, seed, List.of());
        millis.add(median(base));
        curves.add(RunCurve.read("default", base));
        curves.add(RunCurve.read("default, seed " + (seed + 1), run("other-seed", taken, seed + 1, List.of())));
        List<String> kernel = List.of("--kernel", Named.label(variant));
        Path own = run(variant.name(), taken, seed, kernel);
        millis.add(median(own));
        curves.add(RunCurve.read(Named.label(variant), own));
        return new Trained(new Curves(curves), taken, cut, millis);
    }

    /** As many steps as the slower of both can take three times in the time that there is. */
    private int fit(Variant variant) throws IOException {
        double slower = Math.max(
                median(run("trial", TRIAL_STEPS, seed, List.of())),
                median(run("trial", TRIAL_STEPS, seed, List.of("--kernel", Named.label(variant)))));
        delete(folder.resolve("runs/trial"));
        return (int) Math.max(TRIAL_STEPS, MOST_SECONDS * 1000 / RUNS / slower);
    }

    private Path run(String name, int taken, int withSeed, List<String> kernel) throws IOException {
        Path run = folder.resolve("runs").resolve(name);
        delete(run);
        List<String> args = new ArrayList<>(List.of("train", "--preset", preset, "--run", run.toString()));
        args.addAll(List.of("--steps", String.valueOf(taken), "--seed", String.valueOf(withSeed)));
        args.addAll(List.of("--set", "evalInterval=" + Math.max(1, taken / EVALUATIONS), "--set", "evalBatches=4"));
        args.addAll(List.of("--set", "sampleLength=0"));
        args.addAll(common);
        args.addAll(kernel);
        io.out().println("training " + name + ", " + taken + " steps");
        io.out().flush();
        Io quiet = new Io(new PrintWriter(Writer.nullWriter()), io.err(), io.interrupted(), io.screen());
        if (Main.run(quiet, args.toArray(String[]::new)) != ExitCode.OK) {
            throw new IllegalArgumentException("training with " + name + " failed, see above");
        }
        return run;
    }

    private static double median(Path run) throws IOException {
        double[] millis = MetricsFile.read(run.resolve("metrics.jsonl")).stream()
                .filter(m -> m.stepMillis() != null)
                .mapToDouble(Metric::stepMillis)
                .sorted()
                .toArray();
        return millis[millis.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
