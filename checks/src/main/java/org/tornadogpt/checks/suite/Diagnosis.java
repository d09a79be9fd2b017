package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.tornadogpt.checks.suite.GuardedCase.Result;
import org.tornadogpt.checks.suite.GuardedRun.Left;
import org.tornadogpt.checks.suite.Mismatch.Budget;
import org.tornadogpt.kernels.cases.Reference;

/**
 * Tries what a kernel may have done instead of what it should: the mistake whose results are those that came out is
 * named.
 */
record Diagnosis(GuardedCase recorded, Reference reference, Budget budget, GuardedRun run) {
    /** Elements below this are too small to tell a factor by. */
    private static final double TELLING = 0.05;

    private static final double SAME_FACTOR = 1e-3;

    /** The likely mistake; empty if none that is known explains the results. */
    Optional<String> of(List<Mismatch> mismatches) {
        Mismatch first = mismatches.get(0);
        Stream<Supplier<Optional<String>>> guesses = Stream.of(
                () -> notOverwritten(first),
                () -> overwritten(first),
                () -> MaskDiagnosis.of(recorded, run, first),
                () -> ScoresDiagnosis.of(recorded, reference, budget, first),
                () -> unmasked(mismatches),
                () -> scaled(first),
                () -> rows(first));
        Optional<String> why = guesses.flatMap(guess -> guess.get().stream()).findFirst();
        boolean onlyGradients = mismatches.stream().allMatch(m -> m.name().startsWith("d"))
                && recorded.results().stream().anyMatch(r -> !r.tensor().name().startsWith("d"));
        return onlyGradients
                ? Optional.of("the forward pass is right, its gradient is wrong"
                        + why.map(w -> "; " + w).orElse(""))
                : why;
    }

    private Optional<String> notOverwritten(Mismatch m) {
        if (!recorded.results().get(m.result()).unset()) {
            return Optional.empty();
        }
        Left over = run.runOver(CaseCheck.OVER);
        float[] values = over.results().get(m.result());
        List<Integer> untouched = new ArrayList<>();
        boolean adds = true;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == CaseCheck.OVER) {
                untouched.add(i);
            }
            adds &= Math.abs(values[i] - CaseCheck.OVER - m.expected()[i]) < TELLING;
        }
        if (adds) {
            return Optional.of("it adds to what was there before, and its contract says overwrite");
        }
        if (untouched.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> shape = recorded.results().get(m.result()).tensor().shape();
        return Optional.of(untouched.size() + " elements are never written, the first is " + m.name()
                + Mismatch.index(untouched.get(0), shape));
    }

    private Optional<String> overwritten(Mismatch m) {
        Result result = recorded.results().get(m.result());
        float[] before = result.before();
        if (result.unset() || before.length != m.actual().length) {
            return Optional.empty();
        }
        boolean overwrites = true;
        boolean untouched = true;
        for (int i = 0; i < before.length; i++) {
            overwrites &= budget.allows(m.actual()[i], m.expected()[i] - before[i]);
            untouched &= m.actual()[i] == before[i];
        }
        if (untouched) {
            return Optional.of("nothing is added to it: it is as it was before");
        }
        return overwrites
                ? Optional.of("it overwrites what was there before, and its contract says accumulate")
                : Optional.empty();
    }

    private Optional<String> unmasked(List<Mismatch> mismatches) {
        List<double[]> unmasked = run.exact(reference, false);
        boolean explains = mismatches.stream()
                .allMatch(m -> Mismatch.of(m.result(), m.name(), m.actual(), unmasked.get(m.result()), budget)
                        .isEmpty());
        return explains ? Optional.of("the backward pass ignores dropout") : Optional.empty();
    }

    private static Optional<String> scaled(Mismatch m) {
        double factor = 0;
        for (int i = 0; i < m.actual().length; i++) {
            if (Math.abs(m.expected()[i]) < TELLING) {
                continue;
            }
            double ratio = m.actual()[i] / m.expected()[i];
            if (factor != 0 && !(Math.abs(ratio / factor - 1) < SAME_FACTOR)) {
                return Optional.empty();
            }
            factor = ratio;
        }
        return factor == 0 || Double.isNaN(factor)
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "the scale is wrong: every element is %.4g times what it should be", factor));
    }

    /** Where all wrong elements lie in few rows. */
    private Optional<String> rows(Mismatch m) {
        List<Integer> shape = recorded.results().get(m.result()).tensor().shape();
        int columns = shape.get(shape.size() - 1);
        int rows = m.actual().length / columns;
        List<Integer> wrong = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int i = row * columns; i < (row + 1) * columns; i++) {
                if (!budget.allows(m.actual()[i], m.expected()[i])) {
                    wrong.add(row);
                    break;
                }
            }
        }
        if (rows < 4 || wrong.size() * 2 > rows) {
            return Optional.empty();
        }
        return Optional.of(
                wrong.size() == 1
                        ? "row " + wrong.get(0) + " of " + rows + " alone is wrong"
                        : "rows from " + wrong.get(0) + " to " + wrong.get(wrong.size() - 1) + " of " + rows
                                + " are wrong, the others right");
    }
}
