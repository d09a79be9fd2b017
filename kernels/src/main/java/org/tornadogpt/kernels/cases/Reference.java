package org.tornadogpt.kernels.cases;

import org.tornadogpt.kernels.graph.OperationCall;

/** An operation in double precision, slow and obvious: what kernels are held to. */
@FunctionalInterface
public interface Reference {
    /** Reads the call's inputs from {@code values} and overwrites, or adds to, its results there. */
    void compute(OperationCall call, Doubles values);
}
