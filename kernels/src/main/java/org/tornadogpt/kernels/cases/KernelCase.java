package org.tornadogpt.kernels.cases;

import org.tornadogpt.kernels.graph.Recorder;

/**
 * A small program that exercises one operation.
 *
 * @param operation whose variants it is for
 * @param name what it does, with its sizes
 * @param terms how many numbers are added up in one result, which decides how far rounding may drive two orders of
 *     addition apart
 */
public record KernelCase(String operation, String name, int terms, Body body) {
    /** Records the program. */
    public interface Body {
        void record(Recorder recorder, CaseTensors tensors);
    }

    @Override
    public String toString() {
        return operation + " " + name;
    }
}
