package org.tornadogpt.bench.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code scaling.md}: the table of the points, the fits, the test on a point held out. */
final class ScalingReport {
    private final List<PointResult> points;
    private final List<String> lines = new ArrayList<>();

    ScalingReport(List<PointResult> points) {
        this.points = points;
        lines.add("# Loss by size and data");
        table();
        simple();
    }

    List<String> lines() {
        return lines;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a library at run time
    private void add(String format, Object... values) {
        lines.add(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }

    private void table() {
        add("");
        add(
                "| channels | parameters N | tokens D | compute 6ND | best validation loss | tokens per parameter | of %.0f |",
                PointResult.CHINCHILLA);
        add("|--:|--:|--:|--:|--:|--:|--:|");
        for (PointResult r : points) {
            add(
                    "| %d | %,d | %,d | %.2e | %.4f | %.2f | %.2f |",
                    r.channels(),
                    r.parameters(),
                    r.tokens(),
                    r.compute(),
                    r.loss(),
                    r.tokensPerParameter(),
                    r.tokensPerParameter() / PointResult.CHINCHILLA);
        }
    }

    /** One cause at a time, as Kaplan et al. (2020) plot them. */
    private void simple() {
        long most = points.stream().mapToLong(PointResult::tokens).max().orElseThrow();
        long largest = points.stream().mapToLong(PointResult::parameters).max().orElseThrow();
        List<PointResult> bySize =
                points.stream().filter(r -> r.tokens() == most).collect(Collectors.toList());
        List<PointResult> byData =
                points.stream().filter(r -> r.parameters() == largest).collect(Collectors.toList());
        add("");
        add("Power laws of one cause, with 95 %% intervals:", "");
        add("");
        if (bySize.size() > 1) {
            power(
                    "loss = %.3g N^%s, of the %d points with the most tokens",
                    PowerLaw.fit(bySize, PointResult::parameters, PointResult::loss));
        }
        if (byData.size() > 1) {
            power(
                    "loss = %.3g D^%s, of the %d points with the most parameters",
                    PowerLaw.fit(byData, PointResult::tokens, PointResult::loss));
        }
        List<PointResult> frontier = Frontier.of(points);
        if (frontier.size() > 1) {
            power(
                    "loss = %.3g C^%s, of the %d points that none beats with as much compute or less",
                    PowerLaw.fit(frontier, PointResult::compute, PointResult::loss));
        }
    }

    private void power(String format, PowerLaw law) {
        add("- " + format, law.factor(), law.exponent().text(4), law.points());
    }

    /** The law of size and data. */
    void law(LossLaw law) {
        add("");
        add(
                "loss = %s%.4g / N^alpha + %.4g / D^beta, fitted to the logarithms of %d losses:",
                law.irreducible().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.4f + ", law.irreducible().get().value())
                        : "",
                law.sizeFactor(),
                law.dataFactor(),
                points.size());
        add("");
        add("- alpha = %s", law.alpha().text(4));
        add("- beta = %s", law.beta().text(4));
        law.irreducible()
                .ifPresentOrElse(
                        e -> add("- irreducible loss E = %s", e.text(4)),
                        () -> add("- these points do not bear an irreducible loss: the law without one fits as well"));
        add("- losses lie about it with a standard deviation of %.2f %%", 100 * law.spread());
        double compute = points.stream().mapToDouble(PointResult::compute).max().orElseThrow();
        double N = law.optimalParameters(compute);
        double D = compute / (6 * N);
        double share = law.beta().value() / (law.alpha().value() + law.beta().value());
        add(
                "- compute-optimal: N grows as C^%.2f, D as C^%.2f; for the most compute here, %.2e, N = %,.0f and D = %,.0f,"
                        + " %.1f tokens per parameter (Chinchilla: about %.0f)",
                share, 1 - share, compute, N, D, D / N, PointResult.CHINCHILLA);
        if (isOutside(N, D)) {
            add("- that optimum lies outside of the sizes and budgets of the grid: it is an extrapolation");
        }
    }

    private boolean isOutside(double N, double D) {
        return N < points.stream().mapToLong(PointResult::parameters).min().orElseThrow()
                || N > points.stream().mapToLong(PointResult::parameters).max().orElseThrow()
                || D > points.stream().mapToLong(PointResult::tokens).max().orElseThrow()
                || D < points.stream().mapToLong(PointResult::tokens).min().orElseThrow();
    }

    /** What the law of the other points says of one that it has not seen. */
    void heldOut(PointResult point, LossLaw ofOthers) {
        Estimate predicted = ofOthers.predict((double) point.parameters(), (double) point.tokens());
        boolean hit = predicted.holds(point.loss());
        add("");
        add(
                "Held out, %,d parameters and %,d tokens: loss %.4f; the law of the other %d points predicts %s, the 95 %%"
                        + " prediction interval is %.4f wide: %s",
                point.parameters(),
                point.tokens(),
                point.loss(),
                points.size() - 1,
                predicted.text(4),
                predicted.width(),
                hit ? "a hit" : "a MISS");
    }

    void cannot(String what, String why) {
        add("");
        add("%s: %s", what, why);
    }

    void advice(double hours, Advice advice, StudySettings study, long textTokens) {
        ModelSize size = new ModelSize(advice.channels());
        add("");
        add(
                "In %s h on this machine: %d channels, %d layers, %d heads (%,d parameters), %,d steps of %d x %d"
                        + " (%,d tokens, %.1f per parameter); predicted loss %s%s%s",
                hours == Math.rint(hours) ? String.valueOf((long) hours) : String.valueOf(hours),
                advice.channels(),
                size.layers(),
                size.heads(),
                advice.parameters(),
                study.steps(advice.tokens()),
                study.batch(),
                study.block(),
                advice.tokens(),
                (double) advice.tokens() / advice.parameters(),
                advice.loss().text(4),
                advice.beyond() ? ", beyond what was measured: take it with care" : "",
                advice.limited()
                        ? String.format(
                                Locale.ROOT,
                                "; the text is the limit: %d passes over its %,d tokens, more text would help",
                                Advice.PASSES,
                                textTokens)
                        : "");
    }

    /** The point of the most compute. */
    static PointResult farthest(List<PointResult> points) {
        return points.stream()
                .max(Comparator.comparingDouble(PointResult::compute))
                .orElseThrow();
    }
}
