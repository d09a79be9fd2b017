package org.tornadogpt.model;

import org.tornadogpt.kernels.graph.Device;
import org.tornadogpt.kernels.graph.Program;

/**
 * Runs programs, with one thread at first. Until its code is compiled a program takes many times as long, and on few cores a second
 * thread then takes time from the JIT compilers. Of the model {@code kernel-cpu} 2,000 tokens came sooner with one thread, 10,000 with
 * one for the first 3,000; its first training step ended sooner with one thread, too. Results do not depend on it.
 */
final class FirstRuns {
    /** Multiply-adds after which enough is compiled. */
    private static final long SLOW = 2_500_000_000L;

    /** With more threads there are cores for the compilers, too. */
    private static final int FEW_THREADS = 3;

    private final Device device;
    private final int parameters;
    private long multiplyAdds;

    FirstRuns(Device device, LanguageModel model) {
        this.device = device;
        parameters = model.parameters().size();
    }

    /** @param rows positions that the program computes */
    void run(Program program, int rows) {
        multiplyAdds += (long) rows * parameters;
        if (multiplyAdds < SLOW && device.threads() <= FEW_THREADS) {
            program.runAlone();
        } else {
            program.run();
        }
    }
}
