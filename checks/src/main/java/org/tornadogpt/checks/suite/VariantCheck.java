package org.tornadogpt.checks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tornadogpt.checks.emulator.EmulatedGroupDevice;
import org.tornadogpt.checks.reference.References;
import org.tornadogpt.kernels.cases.KernelCase;
import org.tornadogpt.kernels.cases.KernelCases;
import org.tornadogpt.kernels.cases.OtherMathematics;
import org.tornadogpt.kernels.cases.Reference;
import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.kernel.Variant;

/**
 * Holds one variant to its operation's contract: values of forward and backward against double precision over all
 * cases, guards, what is overwritten and what accumulates, the same bits in every run and order; on this JVM also
 * inputs that are hard.
 */
public final class VariantCheck {
    private static final List<Inputs> HARD =
            List.of(Inputs.LARGE, Inputs.EQUAL, Inputs.ONE_HOT, Inputs.DENORMAL, Inputs.WITH_NAN, Inputs.WITH_INFINITY);

    private final Variant variant;
    private final List<Place> places;
    private final boolean hardToo;
    private final Reference reference;
    private final double allowed;
    private final Findings findings = new Findings();
    private int checked;
    private boolean exhausted;
    private final List<String> refused = new ArrayList<>();

    private VariantCheck(Variant variant, List<Place> places, boolean hardToo) {
        this.variant = variant;
        this.places = places;
        this.hardToo = hardToo;
        reference = variant instanceof OtherMathematics other ? other.reference() : new References();
        allowed = variant instanceof OtherMathematics other ? other.budget() : 1;
    }

    /**
     * What was found.
     *
     * @param cases how many were run
     * @param refused cases that the variant refused to run, and why
     */
    public record Report(Variant variant, int cases, List<String> refused, List<Finding> findings) {
        public boolean isOk() {
            return findings.isEmpty();
        }
    }

    /** On this JVM, work-groups in the emulator. */
    public static Report onJvm(Variant variant, Consumer<String> progress) {
        return onJvm(variant, cases(variant), progress);
    }

    /** The same with some cases only. */
    static Report onJvm(Variant variant, List<KernelCase> cases, Consumer<String> progress) {
        return onJvm(variant, Place.of(variant.style()), cases, progress);
    }

    /** On this JVM, in emulators of one's own, such as know more than work-groups; this closes them. */
    public static Report inEmulators(Variant variant, List<EmulatedGroupDevice> emulators, Consumer<String> progress) {
        return onJvm(variant, Place.of(emulators), cases(variant), progress);
    }

    private static Report onJvm(
            Variant variant, List<Place> places, List<KernelCase> cases, Consumer<String> progress) {
        try {
            return new VariantCheck(variant, places, true).run(cases, progress);
        } finally {
            places.forEach(place -> place.device().close());
        }
    }

    /**
     * On a device that runs the variant; the caller closes it. Its compiler may relax maths, so hard inputs are left
     * out.
     */
    public static Report onDevice(Variant variant, Device device, Consumer<String> progress) {
        Place place = Place.plain(device.id(), device, "the result depends on the run");
        return new VariantCheck(variant, List.of(place), false).run(cases(variant), progress);
    }

    /** The cases that a variant is held to. */
    public static List<KernelCase> cases(Variant variant) {
        return variant instanceof OtherMathematics other
                ? other.cases()
                : KernelCases.grid().stream()
                        .filter(c -> c.operation().equals(variant.operation()))
                        .toList();
    }

    private Report run(List<KernelCase> cases, Consumer<String> progress) {
        if (cases.isEmpty()) {
            throw new IllegalStateException("operation " + variant.operation() + " has no check cases");
        }
        for (KernelCase kernelCase : cases) {
            progress.accept(kernelCase.name());
            guarded(kernelCase, Inputs.NORMAL);
        }
        KernelCase simplest = simplest(cases);
        for (Inputs inputs : hardToo ? HARD : List.<Inputs>of()) {
            progress.accept(simplest.name() + ", " + inputs.label());
            guarded(simplest, inputs);
        }
        if (checked == 0) {
            findings.add("runs", "every case", "the variant refuses them all: " + refused.get(0));
        }
        return new Report(variant, checked, refused, findings.list());
    }

    /** Hard inputs take one case: the first, which every operation has small. */
    private static KernelCase simplest(List<KernelCase> cases) {
        return cases.get(0);
    }

    private void guarded(KernelCase kernelCase, Inputs inputs) {
        if (exhausted) {
            return;
        }
        String where = kernelCase.name() + (inputs == Inputs.NORMAL ? "" : ", " + inputs.label());
        GuardedCase recorded;
        try {
            recorded = GuardedCase.of(kernelCase, variant, inputs);
        } catch (IllegalArgumentException e) {
            refused.add(kernelCase.name() + ": " + e.getMessage());
            return;
        }
        try {
            CaseCheck check = new CaseCheck(kernelCase, recorded, inputs, allowed, reference, findings, where);
            if (inputs.isPoisoned()) {
                check.poisoned(places.get(0));
            } else {
                check.run(inputs == Inputs.NORMAL ? places : places.subList(0, 1));
            }
            checked++;
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            findings.add("runs", where, "the kernel fails: " + reason(e));
            checked++;
        } catch (OutOfMemoryError e) {
            findings.add("runs", where, "the kernel takes more memory than there is (" + e.getMessage() + ")");
            checked++;
            exhausted = true;
        }
    }

    @SuppressWarnings("ReferenceEquality") // a throwable is itself only
    private static String reason(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String outer = thrown.getMessage() == null ? "" : thrown.getMessage();
        return thrown == cause || outer.contains(cause.toString()) || outer.isBlank()
                ? cause.toString()
                : outer + " (" + cause + ")";
    }
}
