package org.tornadogpt.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Several runs beside the first one. */
public record Curves(List<RunCurve> runs) {
    /**
     * How far runs that differ in their seed only are apart: the mean of all such pairs' distances.
     *
     * @return empty without such pairs
     */
    public Optional<Double> noise() {
        List<Double> distances = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            for (int j = i + 1; j < runs.size(); j++) {
                if (runs.get(i).settings().equals(runs.get(j).settings())) {
                    runs.get(i).distance(runs.get(j)).ifPresent(distances::add);
                }
            }
        }
        return distances.stream().mapToDouble(Double::doubleValue).average().stream()
                .boxed()
                .findFirst();
    }

    /** A sentence on a run beside the first one. */
    public String verdict(RunCurve run) {
        Optional<Double> distance = runs.get(0).distance(run);
        if (distance.isEmpty()) {
            return run.name() + " and " + runs.get(0).name() + " were never evaluated after the same number of steps";
        }
        String apart = String.format(
                Locale.ROOT,
                "%s is %.4f from %s (root mean square at equal steps)",
                run.name(),
                distance.get(),
                runs.get(0).name());
        if (runs.get(0).settings().equals(run.settings())) {
            return apart + ": only their seeds differ";
        }
        return noise().map(noise -> apart
                        + String.format(
                                Locale.ROOT,
                                distance.get() <= noise
                                        ? ": the same curve within the noise from seed to seed, %.4f"
                                        : ": another curve, for from seed to seed it is %.4f",
                                noise))
                .orElse(apart + "; give runs with several seeds to tell that from chance");
    }

    /** Losses at equal steps and differences from the first run, as Markdown. */
    public List<String> stepTable() {
        List<String> lines = header("step");
        for (long step : runs.get(0).byStep().keySet()) {
            List<Optional<Double>> losses = runs.stream()
                    .map(r -> Optional.ofNullable(r.byStep().get(step)))
                    .toList();
            lines.add(row(String.valueOf(step), losses));
        }
        return lines;
    }

    /** Losses at equal times, as Markdown: at tenths of the time that the shortest run took. */
    public List<String> timeTable() {
        double end = runs.stream().mapToDouble(r -> r.byTime().lastKey()).min().orElse(0);
        List<String> lines = header("seconds");
        for (int tenth = 1; tenth <= 10; tenth++) {
            double seconds = end * tenth / 10;
            lines.add(row(
                    String.format(Locale.ROOT, "%.1f", seconds),
                    runs.stream().map(r -> r.at(seconds)).toList()));
        }
        return lines;
    }

    private List<String> header(String first) {
        StringBuilder names = new StringBuilder("| " + first + " |");
        StringBuilder rule = new StringBuilder("|--:|");
        for (int i = 0; i < runs.size(); i++) {
            names.append(' ').append(runs.get(i).name()).append(i == 0 ? " |" : " | difference |");
            rule.append(i == 0 ? "--:|" : "--:|--:|");
        }
        return new ArrayList<>(List.of(names.toString(), rule.toString()));
    }

    private static String row(String first, List<Optional<Double>> losses) {
        StringBuilder row = new StringBuilder("| " + first + " |");
        for (int i = 0; i < losses.size(); i++) {
            row.append(cell("%.4f", losses.get(i)));
            if (i > 0) {
                Optional<Double> base = losses.get(0);
                row.append(cell("%+.4f", losses.get(i).flatMap(l -> base.map(b -> l - b))));
            }
        }
        return row.toString();
    }

    private static String cell(String format, Optional<Double> value) {
        return " " + value.map(v -> String.format(Locale.ROOT, format, v)).orElse("-") + " |";
    }
}
