package org.tornadogpt.trainer.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on standard error, over the previous one. The library's own console consumer asks a terminal library for
 * the width, which takes over Ctrl+C and so would end the process instead of letting it save.
 */
final class StandardErrorBar implements ProgressBarConsumer {
    private static final int USUAL_WIDTH = 80;

    private final PrintStream err;
    private final int width;

    /** @param columns width of the terminal as the launcher found it, null if it did not */
    StandardErrorBar(PrintStream err, String columns) {
        this.err = err;
        this.width = columns != null && columns.matches("[1-9]\\d{0,4}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    }

    @Override
    public int getMaxRenderedLength() {
        return width - 1;
    }

    @Override
    public void accept(String rendered) {
        err.print("\r" + rendered);
        err.flush();
    }

    @Override
    public void close() {
        err.println();
        err.flush();
    }
}
