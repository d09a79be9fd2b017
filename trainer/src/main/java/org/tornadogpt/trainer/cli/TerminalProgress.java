package org.tornadogpt.trainer.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.tornadogpt.trainer.train.ProgressDisplay;

/** Lines on standard output, warnings on standard error; on a terminal a moving bar below them. */
final class TerminalProgress implements ProgressDisplay, AutoCloseable {
    private static final int MILLIS = 250;
    static final String CLEAR_LINE = "\r\033[K";
    private static final String BEST = "<< best!";

    private final Io io;
    private ProgressBar bar;

    TerminalProgress(Io io, long done, long steps) {
        this.io = io;
        bar = io.interactive() ? bar(io, done, steps) : null;
    }

    private static ProgressBar bar(Io io, long done, long steps) {
        return new ProgressBarBuilder()
                .setTaskName("")
                .setInitialMax(steps)
                .startsFrom(done, Duration.ZERO)
                .setUpdateIntervalMillis(MILLIS)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new StandardErrorBar(System.err, io.screen().err().columns()))
                .build();
    }

    @Override
    public void line(String text) {
        aboveBar(io.out(), marked(text));
    }

    @Override
    public void warning(String text) {
        notice(io.screen().err().colours().warning("tgpt: ") + text);
    }

    /** A line on standard error; may come from any thread, at any time. */
    void notice(String text) {
        aboveBar(io.err(), text);
    }

    private synchronized void aboveBar(PrintWriter writer, String text) {
        if (bar == null) {
            writer.println(text);
            writer.flush();
            return;
        }
        bar.pause();
        writer.println(CLEAR_LINE + text);
        writer.flush();
        bar.resume();
    }

    private String marked(String text) {
        return text.endsWith(BEST)
                ? text.substring(0, text.length() - BEST.length())
                        + io.screen().out().colours().good(BEST)
                : text;
    }

    @Override
    public synchronized void step(long step, double loss, double tokensPerSecond) {
        if (bar != null) {
            bar.stepTo(step);
            bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f, %,.0f tokens/s", loss, tokensPerSecond));
        }
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
