package org.tornadogpt.bench.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tornadogpt.bench.compare.CurvesChart;
import org.tornadogpt.bench.kernels.TrainedPair.Trained;
import org.tornadogpt.bench.race.Lap;
import org.tornadogpt.bench.race.RaceReport;
import org.tornadogpt.checks.suite.VariantCheck;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.kernel.Variant;

/** One page on one variant. */
final class TryReport {
    private final Variant variant;
    private final Path folder;
    private VariantCheck.Report checked;
    private double checkSeconds;
    private RaceReport race;
    private String noRace = "not raced: it is wrong";
    private Trained trained;

    TryReport(Variant variant, Path folder) {
        this.variant = variant;
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    void checked(VariantCheck.Report report, double seconds) {
        checked = report;
        checkSeconds = seconds;
    }

    void raced(RaceReport report) throws IOException {
        race = report;
        report.write(folder);
    }

    void noRace(String why) {
        noRace = why;
    }

    void trained(Trained result) throws IOException {
        trained = result;
        CurvesChart.write(result.curves(), "validation loss", folder.resolve("loss.png"));
    }

    /** Correct? Faster? The same curve? A line each. */
    List<String> verdict() {
        List<String> lines = new ArrayList<>();
        lines.add("- Correct: " + (checked.isOk() ? "yes" : "NO") + ", "
                + String.format(Locale.ROOT, "%d cases in %.1f s", checked.cases(), checkSeconds)
                + (variant instanceof OtherMathematics other ? "; other mathematics: " + other.mathematics() : "")
                + ".");
        lines.add("- Faster: " + (race == null ? noRace : faster()) + ".");
        if (trained != null) {
            lines.add("- Training: "
                    + trained.curves().verdict(trained.curves().runs().get(2)) + ".");
            lines.add(String.format(
                    Locale.ROOT,
                    "- A step takes %.1f ms instead of %.1f (%d steps%s).",
                    trained.stepMillis().get(1),
                    trained.stepMillis().get(0),
                    trained.steps(),
                    trained.cut() ? ", cut to fit three minutes" : ""));
        }
        return lines;
    }

    private String faster() {
        List<String> parts = new ArrayList<>();
        for (Lap lap : race.laps()) {
            if (!lap.variant().equals(race.base())) {
                String size = "at " + lap.size() + " ";
                parts.add(size + (lap.timed() ? lap.speed() : lap.note()));
            }
        }
        return "against " + race.base() + " on " + race.device() + " " + String.join(", ", parts);
    }

    void write(double seconds) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# " + Named.label(variant) + ": " + variant.mechanism(), ""));
        lines.addAll(verdict());
        lines.add("");
        checked.findings().forEach(finding -> lines.add("- Wrong: " + finding));
        checked.refused().forEach(refused -> lines.add("- Refused: " + refused));
        if (race != null) {
            lines.addAll(List.of("", "## Race", "", "![race](race.png)", ""));
            lines.addAll(race.table());
        }
        if (trained != null) {
            lines.addAll(List.of("", "## Training", "", "![loss](loss.png)", ""));
            lines.addAll(trained.curves().stepTable());
        }
        lines.addAll(List.of("", String.format(Locale.ROOT, "All of it took %.0f s.", seconds)));
        Files.write(folder.resolve("report.md"), lines);
    }

    /** A line in the file that collects results. */
    void addTo(Path leaderboard) throws IOException {
        if (!Files.exists(leaderboard)) {
            Files.write(
                    leaderboard,
                    List.of("| variant | correct | best ratio | step, ms | final loss |", "|---|---|--:|--:|--:|"));
        }
        String ratio = race == null
                ? "-"
                : race.laps().stream()
                        .filter(lap -> lap.timed()
                                && lap.significant()
                                && !lap.variant().equals(race.base()))
                        .map(Lap::ratio)
                        .max(Double::compare)
                        .map(r -> String.format(Locale.ROOT, "%.2f", r))
                        .orElse("-");
        String step = trained == null
                ? "- | -"
                : String.format(
                        Locale.ROOT,
                        "%.1f | %.4f",
                        trained.stepMillis().get(1),
                        trained.curves().runs().get(2).byStep().lastEntry().getValue());
        Files.writeString(
                leaderboard,
                "| " + Named.label(variant) + " | " + (checked.isOk() ? "yes" : "no") + " | " + ratio + " | " + step
                        + " |\n",
                StandardOpenOption.APPEND);
    }
}
