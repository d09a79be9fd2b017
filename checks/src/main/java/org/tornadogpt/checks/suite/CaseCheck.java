package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.List;
import org.tornadogpt.checks.suite.GuardedRun.Left;
import org.tornadogpt.checks.suite.Mismatch.Budget;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.memory.Tensor;

/** One recorded case with one kind of inputs. */
final class CaseCheck {
    /** What stands where results are to be overwritten: no result has this size by chance. */
    static final float OVER = 1000f;

    private final GuardedCase recorded;
    private final Reference reference;
    private final Findings findings;
    private final String where;
    private final Budget budget;
    private final float poison;

    /** @param allowed how much more than float32's rounding results may be off */
    CaseCheck(
            KernelCase kernelCase,
            GuardedCase recorded,
            Inputs inputs,
            double allowed,
            Reference reference,
            Findings findings,
            String where) {
        this.recorded = recorded;
        this.reference = reference;
        this.findings = findings;
        this.where = where;
        budget = Budget.of(kernelCase.terms(), allowed * inputs.budget());
        poison = inputs.poison();
    }

    /** Everywhere the same bits, in every run; and those within the budget of the exact results. */
    void run(List<Place> places) {
        List<double[]> expected = DoubleRun.of(recorded, reference, true);
        GuardedRun firstRun = null;
        Left first = null;
        boolean orderMatters = false;
        for (Place place : places) {
            GuardedRun run = new GuardedRun(recorded, place);
            Left left = run.run();
            left.damage()
                    .ifPresent(at -> findings.add(
                            "guard zones",
                            where + ", " + place.name(),
                            at + ", outside every tensor, was overwritten"));
            boolean repeats = same(left, run.run(), "repeatable", place, "the result differs from run to run");
            if (first == null) {
                first = left;
                firstRun = run;
            } else if (repeats) {
                orderMatters |= !same(first, left, "order", place, place.difference());
            }
            orderMatters |= !repeats;
        }
        List<Mismatch> mismatches = mismatches(first, expected);
        if (!mismatches.isEmpty() && !orderMatters) {
            findings.add("values", where, sentence(mismatches, firstRun));
        } else if (mismatches.isEmpty()) {
            same(
                    first,
                    firstRun.runOver(OVER),
                    "overwrite",
                    places.get(0),
                    "a result that the contract overwrites depends on what was there before");
        }
    }

    private boolean same(Left a, Left b, String check, Place place, String meaning) {
        int r = a.firstDifference(b);
        if (r < 0) {
            return true;
        }
        float[] was = a.results().get(r);
        float[] is = b.results().get(r);
        int i = Left.difference(was, is);
        Tensor tensor = recorded.results().get(r).tensor();
        findings.add(
                check,
                where + ", " + place.name(),
                tensor.name() + Mismatch.index(i, tensor.shape()) + " is " + is[i] + ", was " + was[i] + ": "
                        + meaning);
        return false;
    }

    private List<Mismatch> mismatches(Left left, List<double[]> expected) {
        List<Mismatch> mismatches = new ArrayList<>();
        for (int r = 0; r < expected.size(); r++) {
            String name = recorded.results().get(r).tensor().name();
            Mismatch.of(r, name, left.results().get(r), expected.get(r), budget).ifPresent(mismatches::add);
        }
        return mismatches;
    }

    private String sentence(List<Mismatch> mismatches, GuardedRun run) {
        Mismatch mismatch = mismatches.get(0);
        String what = mismatch.sentence(
                recorded.results().get(mismatch.result()).tensor().shape());
        return what
                + new Diagnosis(recorded, reference, budget, run)
                        .of(mismatches)
                        .map(why -> ": " + why)
                        .orElse("");
    }

    /** One element of one input after another is no number: it must show wherever it shows in the reference. */
    void poisoned(Place place) {
        GuardedRun run = new GuardedRun(recorded, place);
        for (Tensor tensor : recorded.floatInputs()) {
            int element = tensor.size() / 2;
            List<double[]> expected = run.exactWith(tensor, element, poison, reference);
            Left left = run.runWith(tensor, element, poison);
            for (int r = 0; r < expected.size(); r++) {
                swallowed(tensor, element, r, left.results().get(r), expected.get(r));
            }
        }
    }

    private void swallowed(Tensor input, int element, int r, float[] actual, double[] expected) {
        Tensor tensor = recorded.results().get(r).tensor();
        for (int i = 0; i < actual.length; i++) {
            boolean shows = Float.isNaN(poison) ? Double.isNaN(expected[i]) : Double.isInfinite(expected[i]);
            if (shows && Float.isFinite(actual[i])) {
                findings.add(
                        Float.isNaN(poison) ? "NaN" : "infinity",
                        where,
                        "with " + input.name() + Mismatch.index(element, input.shape()) + " = " + poison + ", "
                                + tensor.name() + Mismatch.index(i, tensor.shape()) + " is " + actual[i]
                                + ", should be "
                                + expected[i] + ": the kernel swallows what is no number");
                return;
            }
        }
    }
}
