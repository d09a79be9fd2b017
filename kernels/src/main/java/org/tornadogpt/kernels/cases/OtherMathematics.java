package org.tornadogpt.kernels.cases;

import java.util.List;
import org.tornadogpt.kernels.kernel.Variant;

/**
 * A variant that computes something else than its operation's contract says, such as attention to the nearest keys
 * only. It runs where it is named and never as a default, is held to a reference of its own, and reports call it other
 * mathematics.
 */
public interface OtherMathematics extends Variant {
    /** What it computes, in a phrase: "attention to the last 64 keys". */
    String mathematics();

    /** Its check cases, as an operation has them. */
    List<KernelCase> cases();

    /** By how much more than float32's rounding its results may be off from the reference's. */
    default double budget() {
        return 1;
    }

    /** What its calls compute, in double precision. */
    Reference reference();
}
