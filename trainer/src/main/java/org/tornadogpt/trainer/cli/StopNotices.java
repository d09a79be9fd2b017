package org.tornadogpt.trainer.cli;

import java.io.IOException;
import java.time.Duration;
import org.tornadogpt.trainer.train.Remains;
import org.tornadogpt.trainer.train.RunFolder;
import org.tornadogpt.trainer.train.Trainer;

/** What a training run tells at once whoever presses Ctrl+C: it depends on how far the run has come. */
final class StopNotices implements Interruption.Listener {
    private static final long NOTHING = -1;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Io io;
    private final RunFolder folder;
    private volatile TerminalProgress display;
    private volatile Trainer trainer;
    private volatile Trainer.Outcome outcome;
    private volatile long toldStep = NOTHING;
    private boolean saidLast;

    StopNotices(Io io, RunFolder folder) {
        this.io = io;
        this.folder = folder;
        io.interrupted().tell(this);
    }

    /** From here on there is something to save. */
    void training(Trainer running, TerminalProgress shown) {
        display = shown;
        trainer = running;
    }

    /** From here on all is saved. */
    void done(Trainer.Outcome how) {
        outcome = how;
    }

    @Override
    public void first() {
        if (outcome != null) {
            return;
        }
        if (trainer == null) {
            say("stopping before the first step; once more stops at once");
            return;
        }
        toldStep = trainer.savedStep();
        say("saving after this step; once more abandons "
                + (toldStep == NOTHING ? "all of this run" : "what came after step " + toldStep));
    }

    /** The last word of a run that was stopped: whichever comes first says it, the run's end or a second signal. */
    synchronized void interrupted() {
        if (!saidLast) {
            io.out()
                    .println("interrupted, saved after step "
                            + trainer.progress().step() + "; go on with: " + Remains.resume(folder.path()));
            io.out().flush();
        }
        saidLast = true;
    }

    @Override
    public void again() {
        if (outcome != null) {
            if (outcome == Trainer.Outcome.INTERRUPTED) {
                interrupted();
            }
            return;
        }
        long saved = trainer == null ? NOTHING : lastSaved();
        if (saved == NOTHING) {
            say("abandoned");
            takeAway();
        } else {
            say((saved == toldStep ? "abandoned what came after step " : "saved after step ") + saved + "; go on with: "
                    + Remains.resume(folder.path()));
        }
    }

    /** A checkpoint that was begun meanwhile is seldom long in coming; it is better to have it than to have to guess. */
    private long lastSaved() {
        try {
            trainer.endSaving(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return trainer.savedStep();
    }

    /** Of a run that has not begun nothing stays. */
    private void takeAway() {
        try {
            folder.close();
        } catch (IOException e) {
            say("left behind: " + folder.path());
        }
    }

    private void say(String text) {
        if (display == null) {
            io.err().println((io.interactive() ? TerminalProgress.CLEAR_LINE : "") + "tgpt: " + text);
            io.err().flush();
        } else {
            display.notice("tgpt: " + text);
        }
    }
}
