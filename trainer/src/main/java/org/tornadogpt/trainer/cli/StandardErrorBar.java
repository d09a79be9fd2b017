package org.tornadogpt.trainer.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on standard error, over the previous one. The library's own console consumer asks a terminal library for
 * the width, which takes over Ctrl+C and so would end the process instead of letting it save.
 */
final class StandardErrorBar implements ProgressBarConsumer {
    private final PrintStream err;
    private final int width;

    /** @param width of the terminal */
    StandardErrorBar(PrintStream err, int width) {
        this.err = err;
        this.width = width;
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
