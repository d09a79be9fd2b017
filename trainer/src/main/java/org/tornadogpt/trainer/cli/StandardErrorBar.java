package org.tornadogpt.trainer.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on standard error, over the previous one. The library's own console consumer asks a terminal
 * library for the width, which takes over Ctrl+C and so would end the process instead of letting it save.
 */
final class StandardErrorBar implements ProgressBarConsumer {
    /** A terminal shows Ctrl+C where the cursor is: with room for it, pressed twice, the bar stays on one line. */
    private static final int CTRL_C = "^C^C".length();

    /** What a terminal wrote behind the bar goes with the bar's next state. */
    private static final String CLEAR_REST = "\033[K";

    private final PrintStream err;
    private final int width;

    /** @param width of the terminal */
    StandardErrorBar(PrintStream err, int width) {
        this.err = err;
        this.width = width;
    }

    @Override
    public int getMaxRenderedLength() {
        return Math.max(1, width - 1 - CTRL_C);
    }

    @Override
    public void accept(String rendered) {
        err.print("\r" + rendered + CLEAR_REST);
        err.flush();
    }

    @Override
    public void close() {
        err.println();
        err.flush();
    }
}
