package org.tornadogpt.bench.tune;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tornadogpt.bench.race.Lap;
import org.tornadogpt.bench.race.RaceReport;
import org.tornadogpt.trainer.cli.Main;
import org.tornadogpt.trainer.foreign.ForeignKernels;

/**
 * Every combination of values against the device's default, in a JVM of its own. Ratios are of times taken in turn, so
 * they may be compared from JVM to JVM. What is clearly slower than the best so far is given up after one repeat.
 *
 * @param jvm options of those JVMs: {@code --limit}, {@code --memory}
 * @param device options of the command in them that choose the device
 */
record Tuning(Path source, String shape, List<String> jvm, List<String> device, PrintWriter out, PrintWriter err) {
    /** A combination is given up below this share of the best ratio so far. */
    private static final double GIVEN_UP = 0.8;

    /** Combination after combination; the first is the file's own. */
    List<Tried> run(List<Map<String, Integer>> combinations) throws IOException, InterruptedException {
        List<Tried> tried = new ArrayList<>();
        for (Map<String, Integer> values : combinations) {
            double best = tried.stream()
                    .filter(Tried::timed)
                    .mapToDouble(t -> t.lap().ratio())
                    .max()
                    .orElse(0);
            Tried one = new Tried(values, race(values, best * GIVEN_UP));
            tried.add(one);
            out.printf(
                    Locale.ROOT,
                    "%d of %d, %s: %s%n",
                    tried.size(),
                    combinations.size(),
                    Tried.label(values),
                    one.timed()
                            ? String.format(
                                    Locale.ROOT,
                                    "%.3f ms, %s",
                                    one.lap().millis(),
                                    one.lap().speed())
                            : one.lap().note());
            out.flush();
        }
        return tried;
    }

    private Lap race(Map<String, Integer> values, double stopBelow) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("tgpt-tune");
        Path report = folder.resolve("race.json");
        try {
            List<String> args = new ArrayList<>(List.of("kernels", "race", source.toString(), "--shapes", shape));
            args.addAll(List.of("--out", folder.toString()));
            args.addAll(List.of("--stop-below", String.valueOf(stopBelow)));
            args.addAll(device);
            args.addAll(jvm);
            ForeignKernels.with(values, args, ProcessBuilder.Redirect.DISCARD).run(Main.class.getName(), err);
            return Files.exists(report) ? lap(report) : untimed("failed, see above");
        } finally {
            for (String name : List.of("race.json", "race.png", "report.md")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        }
    }

    private static Lap lap(Path report) throws IOException {
        return new ObjectMapper()
                .readValue(report.toFile(), RaceReport.class)
                .laps()
                .get(0);
    }

    private static Lap untimed(String note) {
        return new Lap("", List.of(), 0, note, null, null, null, null, null, null, null, null);
    }

    /**
     * The best, if any was timed: the file's own values unless others are surely faster, for what is not told apart from
     * them is no reason to change.
     */
    static Optional<Tried> best(List<Tried> tried) {
        Tried own = tried.get(0);
        return tried.stream()
                .filter(Tried::timed)
                .filter(t -> t.equals(own) || !own.timed() || t.surelyFaster(own))
                .max(Comparator.comparingDouble(t -> t.lap().ratio()));
    }
}
