package org.tornadogpt.trainer.cli;

/** Exit codes of all commands. */
public final class ExitCode {
    public static final int OK = 0;

    /** It was tried and did not work. */
    public static final int FAILED = 1;

    /** What was asked for cannot be. */
    public static final int USAGE = 2;

    /** The user stopped it; what there was to save is saved. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
