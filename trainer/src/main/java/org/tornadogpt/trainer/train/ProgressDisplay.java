package org.tornadogpt.trainer.train;

/** Where a run shows how it is doing. */
public interface ProgressDisplay {
    /** A line that stays. */
    void line(String text);

    /** Told after each step. */
    void step(long step, double loss, double tokensPerSecond);
}
