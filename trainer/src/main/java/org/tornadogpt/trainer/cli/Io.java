package org.tornadogpt.trainer.cli;

import java.io.PrintWriter;

/**
 * What a command talks to.
 *
 * @param out results
 * @param err errors, and remarks beside results that are meant for another program
 * @param interrupted whether the user has asked to stop
 * @param interactive whether somebody looks at a terminal, so that a progress bar makes sense
 */
public record Io(PrintWriter out, PrintWriter err, Interruption interrupted, boolean interactive) {}
