package org.tornadogpt.trainer.train;

/** Where a run shows how it is doing. */
public interface ProgressDisplay {
    /** A line that stays. */
    void line(String text);

    /** A line that stays and that the user should not miss; the run goes on. */
    void warning(String text);

    /** Told after each step. */
    void step(long step, double loss, double tokensPerSecond);
}
