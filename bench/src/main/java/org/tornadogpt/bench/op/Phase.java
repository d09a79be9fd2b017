package org.tornadogpt.bench.op;

import org.tornadogpt.kernels.graph.Program;

/**
 * Something to time.
 *
 * @param name for example {@code forward}
 * @param flops floating-point operations of one run
 * @param program what runs
 * @param check fails if the results of the program's first run are wrong
 */
public record Phase(String name, double flops, Program program, Runnable check) {}
