package org.tornadogpt.trainer.cli;

import java.io.PrintWriter;
import org.tornadogpt.trainer.ranks.Ranks;

/**
 * What a command talks to.
 *
 * @param out results
 * @param err errors, and remarks beside results that are meant for another program
 * @param interrupted whether the user has asked to stop
 * @param screen what is known of where output goes
 * @param ranks the processes that share the work
 */
public record Io(PrintWriter out, PrintWriter err, Interruption interrupted, Screen screen, Ranks ranks) {
    private static final String PROGRAM = "tgpt: ";

    /** Of a process by itself. */
    public Io(PrintWriter out, PrintWriter err, Interruption interrupted, Screen screen) {
        this(out, err, interrupted, screen, Ranks.alone());
    }

    /** Whether somebody looks at a terminal, so that a progress bar makes sense. */
    public boolean interactive() {
        return screen.interactive();
    }

    /** Prints a line of prose as a result. A terminal gets it broken between words. */
    public void say(String text) {
        Lines.broken(text, screen.out().columns(), 0).forEach(out::println);
    }

    /** Prints a line on standard error about what should be known, but ends nothing. */
    public void warn(String text) {
        err.println(screen.err().colours().warning(PROGRAM) + text);
        err.flush();
    }

    /**
     * Prints the line on standard error that says why the command ends. It stays one: commands and paths are copied
     * from it.
     */
    public void fail(String text) {
        err.println(screen.err().colours().error(PROGRAM) + text);
        err.flush();
    }
}
